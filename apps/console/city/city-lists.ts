import type { z } from 'zod';
import { getOperatorTrips, getShards, MAX_TRIPS_PER_PAGE, type TripRecord } from '#libs/contracts';
import type { ShardClaim } from '#libs/ownership';
import { OPEN_STATES } from './live-trips.ts';

/** How many pages of trips one look reads of each state; with more of them ended trips go by their events only. */
const MAX_TRIP_PAGES = 20;
/** How many pages of shards one look reads. */
const MAX_SHARD_PAGES = 20;
/** How many shards a page lists. */
const SHARDS_PER_PAGE = 1_000;
/** How long one page may take, machine time. */
const PAGE_TIMEOUT_MS = 10_000;

/** What the operators' API lists. */
export interface CityLists {
  trips: TripRecord[];
  areTripsWhole: boolean;
  shards: ShardClaim[];
}

/** Reads the lists with a person's token, from standbys. Throws if a page is not answered. */
export async function readCityLists(operatorsUrl: string, accessToken: string): Promise<CityLists> {
  const reader = new ListReader(operatorsUrl, accessToken);
  const { shards } = await reader.shards();
  const lists: CityLists = { trips: [], areTripsWhole: true, shards };
  // A trip that moves on meanwhile is met again in a later state, and not missed.
  for (const state of OPEN_STATES) {
    const { trips, isWhole } = await reader.trips(state);
    lists.trips.push(...trips);
    lists.areTripsWhole &&= isWhole;
  }
  return lists;
}

class ListReader {
  constructor(
    private readonly operatorsUrl: string,
    private readonly accessToken: string,
  ) {}

  async shards(): Promise<{ shards: ShardClaim[] }> {
    const shards: ShardClaim[] = [];
    let cursor: string | null = null;
    for (let page = 0; page < MAX_SHARD_PAGES; page++) {
      const query: Record<string, string> = {
        limit: String(SHARDS_PER_PAGE),
        ...(cursor !== null && { cursor }),
      };
      const { data, next_cursor: next } = await this.#page(getShards.path, query, getShards.response);
      shards.push(...data.map(({ shard, epoch, owner }) => ({ shard, epoch, owner })));
      if (next === null) break;
      cursor = next;
    }
    return { shards };
  }

  async trips(state: string): Promise<{ trips: TripRecord[]; isWhole: boolean }> {
    const trips: TripRecord[] = [];
    let cursor: string | null = null;
    for (let page = 0; page < MAX_TRIP_PAGES; page++) {
      const query: Record<string, string> = {
        state,
        limit: String(MAX_TRIPS_PER_PAGE),
        ...(cursor !== null && { cursor }),
      };
      const { data, next_cursor: next } = await this.#page(
        getOperatorTrips.path,
        query,
        getOperatorTrips.response,
      );
      trips.push(...data);
      if (next === null) return { trips, isWhole: true };
      cursor = next;
    }
    return { trips, isWhole: false };
  }

  async #page<S extends z.ZodType>(
    path: string,
    query: Record<string, string>,
    schema: S,
  ): Promise<z.output<S>> {
    const answer = await fetch(`${this.operatorsUrl}${path}?${new URLSearchParams(query).toString()}`, {
      headers: { authorization: `Bearer ${this.accessToken}` },
      signal: AbortSignal.timeout(PAGE_TIMEOUT_MS),
    });
    if (!answer.ok) throw new Error(`${path} answers ${answer.status}`);
    return schema.parse(await answer.json());
  }
}
