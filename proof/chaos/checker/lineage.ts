import { cellToParent, getResolution } from 'h3-js';
import type { ShardFact } from './facts.ts';

/** Whether a cell is a shard or lies in it. */
export function isInside(cell: string, shard: string): boolean {
  const resolution = getResolution(shard);
  return getResolution(cell) >= resolution && cellToParent(cell, resolution) === shard;
}

/** The shards in force: not split or merged away. */
export function inForce(shards: readonly ShardFact[]): ShardFact[] {
  return shards.filter(({ retired }) => !retired);
}

/** Pairs of nested shards that are both in force: a pickup would have two owners. */
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
