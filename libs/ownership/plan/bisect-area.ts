import type { Holdings } from './holdings.ts';

/**
 * Divides shards among takers into compact parts of about equal load by recursive coordinate bisection: cuts across the
 * longer side, so that each half of the takers gets half of the load, and repeats in the halves.
 */
export function bisectArea(holdings: Holdings, shards: readonly number[], takers: readonly number[]): void {
  const [first, ...rest] = takers;
  if (first === undefined) return;
  if (rest.length === 0) {
    for (const shard of shards) holdings.give(shard, first);
    return;
  }
  const { x, y } = holdings.topology;
  const axis = spread(x, shards) >= spread(y, shards) ? x : y;
  const ordered = [...shards].sort((a, b) => (axis[a] as number) - (axis[b] as number) || a - b);
  const half = takers.length >> 1;
  const cut = cutAt(holdings.weights, ordered, half / takers.length);
  bisectArea(holdings, ordered.slice(0, cut), takers.slice(0, half));
  bisectArea(holdings, ordered.slice(cut), takers.slice(half));
}

/** Number of leading shards whose load is nearest to the given share of the total. */
function cutAt(weights: Float64Array, ordered: readonly number[], share: number): number {
  const total = ordered.reduce((sum, shard) => sum + (weights[shard] as number), 0);
  let sum = 0;
  for (const [count, shard] of ordered.entries()) {
    const weight = weights[shard] as number;
    if (sum + weight / 2 > share * total) return count;
    sum += weight;
  }
  return ordered.length;
}

function spread(axis: Float64Array, shards: readonly number[]): number {
  let [low, high] = [Infinity, -Infinity];
  for (const shard of shards) {
    low = Math.min(low, axis[shard] as number);
    high = Math.max(high, axis[shard] as number);
  }
  return high - low;
}
