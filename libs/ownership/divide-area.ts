import type { PlacedShard } from './placed-shard.ts';
import type { Territory } from './territory.ts';

/**
 * Fills empty territories to their quotas with compact parts of the area: recursive coordinate bisection, i.e. cut
 * across the longer side so that each half of the territories gets what it needs, and go on in the halves.
 */
export function divideArea(shards: readonly PlacedShard[], territories: readonly Territory[]): void {
  const [first, ...rest] = territories;
  if (first === undefined) return;
  if (rest.length === 0) {
    for (const placed of shards) first.shards.add(placed);
    return;
  }
  const half = territories.length >> 1;
  const needed = territories.slice(0, half).reduce((sum, { quota }) => sum + quota, 0);
  const axis = spread(shards, 'x') >= spread(shards, 'y') ? 'x' : 'y';
  const ordered = [...shards].sort((a, b) => a[axis] - b[axis]);
  divideArea(ordered.slice(0, needed), territories.slice(0, half));
  divideArea(ordered.slice(needed), territories.slice(half));
}

function spread(shards: readonly PlacedShard[], axis: 'x' | 'y'): number {
  let [low, high] = [Infinity, -Infinity];
  for (const shard of shards) {
    low = Math.min(low, shard[axis]);
    high = Math.max(high, shard[axis]);
  }
  return high - low;
}
