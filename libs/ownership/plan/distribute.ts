import { bisectArea } from './bisect-area.ts';
import type { Holdings } from './holdings.ts';

/**
 * Gives shards that need an owner to the takers: by bisection if the takers own nothing yet, else by growth, where the
 * taker with the least load repeatedly takes one more shard at the border of its territory.
 */
export function distribute(holdings: Holdings, shards: readonly number[]): void {
  const takers = Array.from({ length: holdings.takerCount }, (_, taker) => taker);
  if (takers.every((taker) => holdings.counts[taker] === 0)) bisectArea(holdings, shards, takers);
  else new Growth(holdings, shards).run();
}

class Growth {
  readonly #holdings: Holdings;
  readonly #open: Set<number>;
  /** Unassigned shards at the border of each taker's territory. */
  readonly #frontiers: readonly Set<number>[];

  constructor(holdings: Holdings, shards: readonly number[]) {
    this.#holdings = holdings;
    this.#open = new Set(shards);
    this.#frontiers = Array.from({ length: holdings.takerCount }, () => new Set<number>());
    for (const shard of shards) this.#noteOwnersAround(shard);
  }

  run(): void {
    while (this.#open.size > 0) {
      const taker = this.#nextTaker();
      const shard = this.#bestFor(taker);
      this.#open.delete(shard);
      for (const frontier of this.#frontiers) frontier.delete(shard);
      this.#holdings.give(shard, taker);
      this.#noteOpenAround(shard, taker);
    }
  }

  /** The least loaded taker that has an unassigned shard at its border, or no shard yet. */
  #nextTaker(): number {
    const { loads, counts, takerCount } = this.#holdings;
    let [least, choice] = [Infinity, -1];
    let [leastOfAll, fallback] = [Infinity, 0];
    for (let taker = 0; taker < takerCount; taker++) {
      const load = loads[taker] as number;
      if (load < leastOfAll) [leastOfAll, fallback] = [load, taker];
      const canGrow = counts[taker] === 0 || (this.#frontiers[taker]?.size ?? 0) > 0;
      if (canGrow && load < least) [least, choice] = [load, taker];
    }
    return choice >= 0 ? choice : fallback;
  }

  /** The shard that borders on most shards of the taker; the distance to their centre breaks ties. */
  #bestFor(taker: number): number {
    const frontier = this.#frontiers[taker];
    const choices = frontier === undefined || frontier.size === 0 ? this.#open : frontier;
    let [best, mostNeighbors, least] = [-1, -1, Infinity];
    for (const shard of choices) {
      const neighbors = this.#holdings.neighborsOwned(shard, taker);
      const square = this.#holdings.squareFrom(shard, taker);
      if (neighbors < mostNeighbors || (neighbors === mostNeighbors && square >= least && best >= 0))
        continue;
      [best, mostNeighbors, least] = [shard, neighbors, square];
    }
    return best;
  }

  #noteOwnersAround(shard: number): void {
    const { owners, topology } = this.#holdings;
    for (let slot = topology.starts[shard] as number; slot < (topology.starts[shard + 1] as number); slot++)
      this.#frontiers[owners[topology.neighbors[slot] as number] as number]?.add(shard);
  }

  #noteOpenAround(shard: number, taker: number): void {
    const { topology } = this.#holdings;
    for (let slot = topology.starts[shard] as number; slot < (topology.starts[shard + 1] as number); slot++) {
      const neighbor = topology.neighbors[slot] as number;
      if (this.#open.has(neighbor)) this.#frontiers[taker]?.add(neighbor);
    }
  }
}
