import { z } from 'zod';
import { h3Cell, idFromUuid, type DriverId, type TripId } from '#libs/contracts';
import { query } from '../../../ops/postgres/query.ts';
import type { ChaosCity } from '../city/chaos-city.ts';
import { askPrimary } from '../city/observer.ts';
import { inForce } from '../checker/lineage.ts';
import { readShardsNow } from '../checker/read-database.ts';
import type { ShardFact } from '../checker/facts.ts';

/** How many drivers are lied about: enough that matching notices, few enough that it goes on. */
const MAX_DRIVERS = 50;
const MAX_TRIPS = 10;

/** What is so: a good lie names what exists. */
export interface Truth {
  readonly matchers: readonly string[];
  readonly shards: readonly ShardFact[];
  readonly drivers: readonly DriverId[];
  readonly openTrips: readonly TripId[];
  readonly nowMs: () => number;
}

export async function readTruth(
  city: Pick<ChaosCity, 'databaseUrl' | 'matchers'>,
  nowMs: () => number,
): Promise<Truth> {
  const shards = inForce(await askPrimary(city, readShardsNow)).filter(({ owner }) => owner !== null);
  const ids = (sql: string): Promise<{ id: string }[]> =>
    askPrimary(city, (url) => query<{ id: string }>(url, sql));
  const drivers = await ids(
    `SELECT driver_id::text AS id FROM driver WHERE online ORDER BY driver_id LIMIT ${MAX_DRIVERS}`,
  );
  const trips = await ids(
    `SELECT trip_id::text AS id FROM trip WHERE ended_at IS NULL ORDER BY trip_id DESC LIMIT ${MAX_TRIPS}`,
  );
  return {
    matchers: city.matchers.map(({ service }) => service.instance),
    shards,
    drivers: drivers.map(({ id }) => idFromUuid('driver', id)),
    openTrips: trips.map(({ id }) => idFromUuid('trip', id)),
    nowMs,
  };
}

const routed = z.object({ shard: h3Cell });

/** The shard that a question is about, or any. */
export function shardIn(question: unknown, { shards }: Truth): string | undefined {
  const read = routed.safeParse(question);
  return read.success ? read.data.shard : shards[0]?.shard;
}
