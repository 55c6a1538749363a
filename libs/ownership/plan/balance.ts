import type { Holdings } from './holdings.ts';
import type { PlanParams } from './plan-params.ts';

/** How many shifts one plan tries; each moves at least one shard. */
const MAX_SHIFTS = 1_000;
/** Below which gain in balance, as a share of the squared mean load, a move is not worth it. */
const MIN_GAIN = 1e-6;

/**
 * Balances the load by shifting borders: the heaviest taker gives to the nearest one below the mean, across the
 * territories between them, so that territories stay connected. Each shift lowers the sum of squared loads, so repeated
 * plans on the same loads converge.
 */
export function balance(holdings: Holdings, params: PlanParams): void {
  new Balancing(holdings, params).run();
}

/** Whether balancing moves load away from an instance with this load. */
export function isTooHeavy(load: number, { meanLoad, base }: Holdings, params: PlanParams): boolean {
  return load - meanLoad > Math.max(meanLoad * params.balanceThreshold, base);
}

class Balancing {
  readonly #holdings: Holdings;
  readonly #params: PlanParams;
  #movesLeft: number;

  constructor(holdings: Holdings, params: PlanParams) {
    this.#holdings = holdings;
    this.#params = params;
    this.#movesLeft = Math.max(
      params.minMovedBound,
      Math.floor(params.maxMovedShare * holdings.topology.size),
    );
  }

  run(): void {
    const { loads, takerCount, meanLoad } = this.#holdings;
    if (takerCount < 2) return;
    for (let shifts = 0; shifts < MAX_SHIFTS && this.#movesLeft > 0; shifts++) {
      const heaviest = this.#heaviest();
      if (!isTooHeavy(loads[heaviest] as number, this.#holdings, this.#params)) return;
      if (!this.#relieve(heaviest, meanLoad)) return;
    }
  }

  #heaviest(): number {
    const { loads, takerCount } = this.#holdings;
    let heaviest = 0;
    for (let taker = 1; taker < takerCount; taker++)
      if ((loads[taker] as number) > (loads[heaviest] as number)) heaviest = taker;
    return heaviest;
  }

  /** Moves load above the mean towards takers below it; false if there is nothing to gain. */
  #relieve(heaviest: number, meanLoad: number): boolean {
    const { loads, counts, takerCount } = this.#holdings;
    for (let taker = 0; taker < takerCount; taker++)
      if (counts[taker] === 0 && this.#giveFirstShard(taker, heaviest)) return true;
    for (const chain of this.#chainsFrom(heaviest, meanLoad)) {
      const taker = chain.at(-1) as number;
      const amount = Math.min((loads[heaviest] as number) - meanLoad, meanLoad - (loads[taker] as number));
      if (this.#shiftAlong(chain, amount)) return true;
      // Shards too heavy for the whole chain may still move there directly.
      if (chain.length > 2 && this.#shiftAlong([heaviest, taker], amount)) return true;
    }
    return false;
  }

  /** Gives a taker without shards its first one: the shard farthest from the centre of the giver. */
  #giveFirstShard(taker: number, giver: number): boolean {
    const { topology } = this.#holdings;
    let [best, furthest] = [-1, -1];
    for (let shard = 0; shard < topology.size; shard++) {
      if (!this.#mayLeave(shard, giver) || !this.#gains(shard, giver, taker)) continue;
      const square = this.#holdings.squareFrom(shard, giver);
      if (square > furthest) [best, furthest] = [shard, square];
    }
    if (best < 0) return false;
    this.#holdings.give(best, taker);
    this.#movesLeft--;
    return true;
  }

  /** Chains of bordering territories to takers below the mean, shortest first; then direct ones to the rest. */
  *#chainsFrom(heaviest: number, meanLoad: number): Iterable<number[]> {
    const { loads, takerCount } = this.#holdings;
    const borders = this.#borders();
    const cameFrom = new Map<number, number | undefined>([[heaviest, undefined]]);
    for (const territory of cameFrom.keys()) {
      if ((loads[territory] as number) < meanLoad) yield chainBack(cameFrom, territory);
      for (let next = 0; next < takerCount; next++)
        if (borders[territory * takerCount + next] === 1 && !cameFrom.has(next))
          cameFrom.set(next, territory);
    }
    for (let taker = 0; taker < takerCount; taker++)
      if (!cameFrom.has(taker) && (loads[taker] as number) < meanLoad) yield [heaviest, taker];
  }

  #borders(): Uint8Array {
    const { owners, takerCount, topology } = this.#holdings;
    const borders = new Uint8Array(takerCount * takerCount);
    for (let shard = 0; shard < topology.size; shard++) {
      const owner = owners[shard] as number;
      if (owner < 0 || owner >= takerCount) continue;
      for (
        let slot = topology.starts[shard] as number;
        slot < (topology.starts[shard + 1] as number);
        slot++
      ) {
        const other = owners[topology.neighbors[slot] as number] as number;
        if (other >= 0 && other < takerCount && other !== owner) borders[owner * takerCount + other] = 1;
      }
    }
    return borders;
  }

  /** Shifts about `amount` over each border of the chain, from its far end; undoes the shifts if they gain nothing. */
  #shiftAlong(chain: readonly number[], amount: number): boolean {
    const before = this.#sumOfSquares();
    const moved: { shard: number; from: number }[] = [];
    for (let link = chain.length - 1; link > 0; link--) {
      const [to, from] = [chain[link] as number, chain[link - 1] as number];
      for (const shard of this.#shift(from, to, amount)) moved.push({ shard, from });
    }
    const { meanLoad } = this.#holdings;
    if (moved.length > 0 && before - this.#sumOfSquares() > MIN_GAIN * meanLoad * meanLoad) return true;
    for (const { shard, from } of moved.reverse()) this.#holdings.give(shard, from);
    this.#movesLeft += moved.length;
    return false;
  }

  #sumOfSquares(): number {
    const { loads, takerCount } = this.#holdings;
    let sum = 0;
    for (let taker = 0; taker < takerCount; taker++) sum += (loads[taker] as number) ** 2;
    return sum;
  }

  #shift(from: number, to: number, amount: number): number[] {
    const { weights } = this.#holdings;
    const atBorder = this.#shardsAtBorder(from, to);
    const moved: number[] = [];
    let left = amount;
    while (this.#movesLeft > 0) {
      const shard = this.#bestToMove(atBorder, from, to, left);
      if (shard === undefined) break;
      atBorder.delete(shard);
      this.#holdings.give(shard, to);
      this.#movesLeft--;
      left -= weights[shard] as number;
      moved.push(shard);
      this.#addNeighbors(atBorder, shard, from);
    }
    return moved;
  }

  /** Movable shards at the border; all movable shards if the territories do not touch. */
  #shardsAtBorder(from: number, to: number): Set<number> {
    const { topology } = this.#holdings;
    const [atBorder, all] = [new Set<number>(), new Set<number>()];
    for (let shard = 0; shard < topology.size; shard++) {
      if (!this.#mayLeave(shard, from)) continue;
      all.add(shard);
      if (this.#holdings.neighborsOwned(shard, to) > 0) atBorder.add(shard);
    }
    return atBorder.size > 0 ? atBorder : all;
  }

  /** The shard, not too heavy, whose move shortens the border most; the distance to the target breaks ties. */
  #bestToMove(choices: Iterable<number>, from: number, to: number, left: number): number | undefined {
    const { weights } = this.#holdings;
    let [best, highest, least] = [-1, -Infinity, Infinity];
    for (const shard of choices) {
      if ((weights[shard] as number) / 2 >= left) continue;
      const gain = this.#holdings.neighborsOwned(shard, to) - this.#holdings.neighborsOwned(shard, from);
      const square = this.#holdings.squareFrom(shard, to);
      if (gain < highest || (gain === highest && square >= least)) continue;
      [best, highest, least] = [shard, gain, square];
    }
    return best < 0 ? undefined : best;
  }

  #addNeighbors(atBorder: Set<number>, shard: number, from: number): void {
    const { starts, neighbors } = this.#holdings.topology;
    for (let slot = starts[shard] as number; slot < (starts[shard + 1] as number); slot++) {
      const neighbor = neighbors[slot] as number;
      if (this.#mayLeave(neighbor, from)) atBorder.add(neighbor);
    }
  }

  #mayLeave(shard: number, owner: number): boolean {
    return this.#holdings.owners[shard] === owner && this.#holdings.fixed[shard] === 0;
  }

  #gains(shard: number, from: number, to: number): boolean {
    const { loads, weights } = this.#holdings;
    return (weights[shard] as number) < (loads[from] as number) - (loads[to] as number);
  }
}

/** The chain from the start of the search to `end`. */
function chainBack(cameFrom: ReadonlyMap<number, number | undefined>, end: number): number[] {
  const chain: number[] = [];
  for (let link: number | undefined = end; link !== undefined; link = cameFrom.get(link)) chain.push(link);
  return chain.reverse();
}
