import {
  PickupErrors,
  type FreeDriver,
  type Match,
  type MatchSteps,
  type OpenDemand,
  type OpenTrip,
  type SupplyIndex,
} from '#libs/dispatch';
import { greatCircleM, type EtaTable } from '#libs/geo';
import type { DriverId, TripId } from '#libs/trip';
import type { Policy } from './policies.ts';

const MS_PER_S = 1_000;

/** What nearest-driver dispatch learns: how much longer drives to pickups take than told, as the engine does. */
export class GreedyMemory {
  readonly #errors = new PickupErrors();
  readonly #told = new Map<DriverId, { readonly toldS: number; readonly fromMs: number }>();

  /** Actual over told time that few drives exceed. */
  get margin(): number {
    return this.#errors.ratio + this.#errors.spread;
  }

  ask(driverId: DriverId, toldS: number, fromMs: number): void {
    this.#told.set(driverId, { toldS, fromMs });
  }

  look(supply: SupplyIndex, nowMs: number): void {
    for (const { driverId } of supply.ridingDrivers()) {
      const drive = this.#told.get(driverId);
      if (drive === undefined) continue;
      this.#told.delete(driverId);
      this.#errors.note(drive.toldS, (nowMs - drive.fromMs) / MS_PER_S);
    }
  }
}

export interface GreedySight {
  readonly memory: GreedyMemory;
  readonly demand: OpenDemand;
  readonly supply: SupplyIndex;
  readonly travelTimes: EtaTable;
  readonly nowMs: number;
  readonly maxWaitS: number;
  readonly isOwn: (tripId: TripId) => boolean;
}

interface Pair {
  readonly trip: OpenTrip;
  readonly driver: FreeDriver;
  readonly pickupInS: number;
  readonly key: number;
}

/**
 * Nearest-driver dispatch. Riders choose in the order of their requests; where they outnumber the free drivers, and the
 * policy says so, each driver takes its nearest rider instead.
 */
export function greedySteps(policy: Extract<Policy, { kind: 'greedy' }>, sight: GreedySight): MatchSteps {
  const { memory, demand, supply, nowMs, isOwn } = sight;
  memory.look(supply, nowMs);
  const waiting = [...demand].filter(
    (trip) => trip.driverId === undefined && !trip.offered && isOwn(trip.tripId),
  );
  const free = [...supply.freeDrivers()].sort((a, b) => compare(a.driverId, b.driverId));
  if (waiting.length === 0 || free.length === 0) return { asks: [], swaps: [] };
  const pairs = waiting.map((trip) => pairsOf(trip, free, policy.by, sight));
  const chosen =
    policy.driversChoose && waiting.length > free.length
      ? nearestRiders(pairs.flat())
      : nearestDrivers(pairs);
  const asks = chosen.map(({ trip, driver, pickupInS }) => {
    memory.ask(driver.driverId, pickupInS, nowMs);
    const match: Match = { tripId: trip.tripId, driverId: driver.driverId, pickupInS, replaces: undefined };
    return { match, followUps: [] };
  });
  return { asks, swaps: [] };
}

/** The drivers who can be there in time, as told. */
function pairsOf(
  trip: OpenTrip,
  free: readonly FreeDriver[],
  by: 'air' | 'road',
  { memory, travelTimes, nowMs, maxWaitS }: GreedySight,
): Pair[] {
  const barred = new Set(trip.excludedDriverIds);
  const drivers = free.filter(({ driverId }) => !barred.has(driverId));
  const seconds = travelTimes.etasToPickup(
    trip.pickup,
    drivers.map(({ point }) => point),
    nowMs,
  );
  const latestInS = maxWaitS - (nowMs - trip.requestedAtMs) / MS_PER_S;
  return drivers.flatMap((driver, place) => {
    const pickupInS = seconds[place] ?? Infinity;
    if (!(pickupInS * memory.margin <= latestInS)) return [];
    const key = by === 'air' ? greatCircleM(trip.pickup, driver.point) : pickupInS;
    return [{ trip, driver, pickupInS, key }];
  });
}

function nearestDrivers(pairsByTrip: readonly (readonly Pair[])[]): Pair[] {
  const taken = new Set<string>();
  return pairsByTrip.flatMap((pairs) => {
    let best: Pair | undefined;
    for (const pair of pairs)
      if (!taken.has(pair.driver.driverId) && (best === undefined || pair.key < best.key)) best = pair;
    if (best === undefined) return [];
    taken.add(best.driver.driverId);
    return [best];
  });
}

/** The shortest pairs first. */
function nearestRiders(pairs: readonly Pair[]): Pair[] {
  const taken = new Set<string>();
  return pairs
    .toSorted((a, b) => a.key - b.key)
    .filter(({ trip, driver }) => {
      if (taken.has(trip.tripId) || taken.has(driver.driverId)) return false;
      taken.add(trip.tripId).add(driver.driverId);
      return true;
    });
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
