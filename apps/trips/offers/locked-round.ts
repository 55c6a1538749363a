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

/** The rows that the transaction has locked: they do not change before its commit. */
export interface LockedRound {
  shards: ReadonlyMap<string, LockedShard>;
  trips: ReadonlyMap<string, Trip>;
  drivers: ReadonlyMap<string, DriverRow>;
}

/** Locks the rows of a matcher's decisions, in the order of all transactions: shards, trips, drivers. */
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

/** Whether the matcher owns the shard at the epoch that it gives. */
export function isCurrent(
  matcher: string,
  { shard, epoch }: { shard: string; epoch: number },
  { shards }: LockedRound,
): boolean {
  const locked = shards.get(shard);
  return locked?.owner === matcher && locked.epoch === epoch;
}

/** Whether the pickup lies in the shard: the epoch of one shard is no authority over another. */
export function contains(shard: string, pickupCell: string): boolean {
  const key = cellKeyFromH3(shard);
  return parentKey(cellKeyFromH3(pickupCell), cellKeyRes(key)) === key;
}

/** Whether the driver is online and drives the product that the trip was requested for. */
export function mayServe(driver: DriverRow | undefined, trip: Trip): driver is DriverRow {
  return driver?.online === true && driver.product === trip.product;
}

/** The refusal that a matcher gets for a decision that changes nothing. */
export function refusalOf(decision: TripDecision): 'driver_excluded' | 'trip_not_open' {
  const isExcluded = decision.outcome === 'refused' && decision.refusal === 'driver_excluded';
  return isExcluded ? 'driver_excluded' : 'trip_not_open';
}
