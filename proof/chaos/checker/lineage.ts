import { cellToParent, getResolution } from 'h3-js';
import type { ShardFact } from './facts.ts';

/** Whether a cell lies in a shard, or is it. */
export function isInside(cell: string, shard: string): boolean {
  const resolution = getResolution(shard);
  return getResolution(cell) >= resolution && cellToParent(cell, resolution) === shard;
}

/** The shards that are in force: not those that were split or merged away. */
export function inForce(shards: readonly ShardFact[]): ShardFact[] {
  return shards.filter(({ retired }) => !retired);
}

/** Pairs of shards in force of which one lies in the other: a pickup would have two owners. */
export function overlapping(shards: readonly ShardFact[]): string[] {
  const names = inForce(shards).map(({ shard }) => shard);
  const known = new Set(names);
  return names.flatMap((name) =>
    ancestorsOf(name)
      .filter((ancestor) => known.has(ancestor))
      .map((ancestor) => `${name} lies in ${ancestor}, and both are in force`),
  );
}

function ancestorsOf(cell: string): string[] {
  return Array.from({ length: getResolution(cell) }, (_, resolution) => cellToParent(cell, resolution));
}
