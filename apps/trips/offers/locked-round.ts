import { cellKeyFromH3, cellKeyRes, parentKey } from '#libs/geo';
import {
  lockDrivers,
  lockShardEpochs,
  lockTrips,
  type DriverRow,
  type LockedShard,
  type TripTransaction,
} from '#libs/store';
import type { Trip, TripDecision } from '#libs/trip';

/** What the transaction has locked: nothing of it changes before the commit. */
export interface LockedRound {
  shards: ReadonlyMap<string, LockedShard>;
  trips: ReadonlyMap<string, Trip>;
  drivers: ReadonlyMap<string, DriverRow>;
}

/** Locks what a matcher's decisions are about, in the order of all transactions: shards, trips, drivers. */
export async function lockRound(
  transaction: TripTransaction,
  decisions: readonly { shard: string; trip_id: string }[],
  driverIds: readonly string[],
): Promise<LockedRound> {
  const distinct = (ids: readonly string[]): string[] => [...new Set(ids)];
  const shards = await lockShardEpochs(transaction, distinct(decisions.map(({ shard }) => shard)));
  const trips = await lockTrips(transaction, distinct(decisions.map(({ trip_id }) => trip_id)));
  const drivers = await lockDrivers(transaction, distinct(driverIds));
  return { shards, trips, drivers };
}

/** Whether the matcher owns the shard at the epoch that it names. */
export function isCurrent(
  matcher: string,
  { shard, epoch }: { shard: string; epoch: number },
  { shards }: LockedRound,
): boolean {
  const locked = shards.get(shard);
  return locked?.owner === matcher && locked.epoch === epoch;
}

/** Whether the trip is the shard's to match: the epoch of one shard is no authority over another. */
export function contains(shard: string, pickupCell: string): boolean {
  const key = cellKeyFromH3(shard);
  return parentKey(cellKeyFromH3(pickupCell), cellKeyRes(key)) === key;
}

/** Whether the driver works, and has what the trip was asked for with. */
export function mayServe(driver: DriverRow | undefined, trip: Trip): driver is DriverRow {
  return driver?.online === true && driver.product === trip.product;
}

/** Why a decision that changes nothing is refused, in a matcher's words. */
export function refusalOf(decision: TripDecision): 'driver_excluded' | 'trip_not_open' {
  const isExcluded = decision.outcome === 'refused' && decision.refusal === 'driver_excluded';
  return isExcluded ? 'driver_excluded' : 'trip_not_open';
}
