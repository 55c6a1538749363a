import { cellKeyFromH3, cellKeyRes, childKeys, parentKey, POSITION_CELL_RES, type CellKey } from '#libs/geo';
import type { ShardKey, ShardLoad } from '#libs/ownership';

/**
 * Over how long the load of a shard is averaged: many rounds, but less than the planner waits between two moves of
 * a shard.
 */
const TIME_CONSTANT_S = 20;
/** Below which load in every respect a shard counts as idle, and its average is forgotten. */
const NEGLIGIBLE = 1e-3;

/** Counts over an interval of `seconds`. */
export interface Counted {
  readonly seconds: number;
  readonly openTrips: ReadonlyMap<ShardKey, number>;
  readonly newTrips: ReadonlyMap<ShardKey, number>;
  readonly pings: ReadonlyMap<ShardKey, number>;
  /** Time spent on rounds and on position intake. */
  readonly roundMs: number;
  readonly intakeMs: number;
}

/**
 * Updates the moving average of each owned shard's load. Round time is divided in proportion to open trips, intake time
 * in proportion to positions.
 */
export function nextLoads(
  loads: ReadonlyMap<ShardKey, ShardLoad>,
  counted: Counted,
  own: Iterable<ShardKey>,
): Map<ShardKey, ShardLoad> {
  const { seconds, openTrips, newTrips, pings, roundMs, intakeMs } = counted;
  const weight = 1 - Math.exp(-seconds / TIME_CONSTANT_S);
  const tripTotal = total(openTrips);
  const pingTotal = total(pings);
  const next = new Map<ShardKey, ShardLoad>();
  for (const shard of own) {
    const open = openTrips.get(shard) ?? 0;
    const heard = pings.get(shard) ?? 0;
    const busyMs = share(roundMs, open, tripTotal) + share(intakeMs, heard, pingTotal);
    const before = loads.get(shard);
    // A shard that is new here starts at its first measurement, or it would look idle.
    const blend = (old: number | undefined, now: number): number =>
      old === undefined ? now : old + weight * (now - old);
    const load = {
      openTrips: blend(before?.openTrips, open),
      requestsPerS: blend(before?.requestsPerS, (newTrips.get(shard) ?? 0) / seconds),
      pingsPerS: blend(before?.pingsPerS, heard / seconds),
      busyMsPerS: blend(before?.busyMsPerS, busyMs / seconds),
    };
    if (Object.values(load).some((value) => value > NEGLIGIBLE)) next.set(shard, load);
  }
  return next;
}

/** Sums counts by position cell into counts by shard. A cell with finer shards is divided evenly among them. */
export function byShard(
  counts: ReadonlyMap<CellKey, number>,
  own: Iterable<ShardKey>,
): Map<ShardKey, number> {
  const ownKeys = new Map([...own].map((shard) => [cellKeyFromH3(shard), shard]));
  const resolutions = [...new Set([...ownKeys.keys()].map(cellKeyRes))];
  const sums = new Map<ShardKey, number>();
  const add = (key: CellKey, count: number): void => {
    const shard = ownKeys.get(key);
    if (shard !== undefined) sums.set(shard, (sums.get(shard) ?? 0) + count);
  };
  for (const [cell, count] of counts) {
    for (const res of resolutions) {
      if (res <= POSITION_CELL_RES) add(parentKey(cell, res), count);
      else for (const child of childKeys(cell)) add(child, count / childKeys(cell).length);
    }
  }
  return sums;
}

function total(counts: ReadonlyMap<ShardKey, number>): number {
  return [...counts.values()].reduce((sum, count) => sum + count, 0);
}

function share(whole: number, part: number, sum: number): number {
  return sum === 0 ? 0 : (whole * part) / sum;
}
