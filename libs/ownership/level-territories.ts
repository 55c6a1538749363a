import { neighborsAmong, type PlacedShard } from './placed-shard.ts';
import { best, centroid, squaredDistance, surplus, type Place, type Territory } from './territory.ts';

/**
 * Brings every territory to its quota by shifting borders: who has too little takes from a neighbour, who takes from
 * the next, up to one that has too much. So territories stay whole, at the price of a few more moves than if anyone
 * gave to anyone.
 */
export function levelTerritories(territories: readonly Territory[]): void {
  const levelling = new Levelling(territories);
  for (const taker of territories) levelling.fill(taker);
}

class Levelling {
  readonly #territories: readonly Territory[];
  readonly #neighbors: ReadonlyMap<PlacedShard, ReadonlySet<PlacedShard>>;
  readonly #homes = new Map<PlacedShard, Territory>();

  constructor(territories: readonly Territory[]) {
    this.#territories = territories;
    for (const territory of territories) {
      for (const placed of territory.shards) this.#homes.set(placed, territory);
    }
    this.#neighbors = neighborsAmong([...this.#homes.keys()]);
  }

  /** Each step takes at least one shard out of a surplus, of which there is as much in all as is missing in all. */
  fill(taker: Territory): void {
    while (taker.shards.size < taker.quota) {
      if (taker.shards.size === 0) this.#found(taker);
      else this.#pull(taker);
    }
  }

  /**
   * Gives an empty territory its first shard: in a far corner of a single giver, so that what remains hangs together;
   * among several, between them, where their borders meet.
   */
  #found(taker: Territory): void {
    const givers = this.#territories.filter((territory) => surplus(territory) > 0);
    const shards = givers.flatMap((giver) => [...giver.shards]);
    const center = centroid(shards);
    const sign = givers.length === 1 ? 1 : -1;
    const first = best(shards, (placed) => sign * squaredDistance(placed, center));
    if (first !== undefined) this.#move(first, taker);
  }

  /** Shifts shards along the shortest chain of neighbours that ends at a giver. */
  #pull(taker: Territory): void {
    const chain = this.#chainToGiver(taker);
    const giver = chain.at(-1) ?? taker;
    const count = Math.min(taker.quota - taker.shards.size, surplus(giver));
    // From the far end, so that nobody in between runs out.
    for (let link = chain.length - 1; link > 0; link--) {
      const [to, from] = [chain[link - 1], chain[link]];
      if (to !== undefined && from !== undefined) this.#shift(from, to, count);
    }
  }

  #chainToGiver(taker: Territory): Territory[] {
    const cameFrom = new Map<Territory, Territory | undefined>([[taker, undefined]]);
    for (const territory of cameFrom.keys()) {
      if (surplus(territory) > 0) return chainBack(cameFrom, territory);
      for (const neighbor of this.#bordering(territory)) {
        if (!cameFrom.has(neighbor)) cameFrom.set(neighbor, territory);
      }
    }
    // No giver hangs together with the taker: an area of several islands.
    const giver = best(this.#territories, surplus);
    return giver === undefined ? [taker] : [taker, giver];
  }

  #bordering(territory: Territory): Set<Territory> {
    const bordering = new Set<Territory>();
    for (const placed of territory.shards) {
      for (const neighbor of this.#neighborsOf(placed)) bordering.add(this.#homeOf(neighbor));
    }
    return bordering;
  }

  /** Moves `count` shards across a border, each time the one that leaves the border shortest, of equals the nearest. */
  #shift(from: Territory, to: Territory, count: number): void {
    const center = centroid(to.shards);
    const atBorder = new Set<PlacedShard>();
    for (const placed of to.shards) this.#addNeighborsIn(from, placed, atBorder);
    for (let moved = 0; moved < count; moved++) {
      const choice = this.#bestToMove(atBorder.size > 0 ? atBorder : from.shards, from, to, center);
      if (choice === undefined) return;
      atBorder.delete(choice);
      this.#move(choice, to);
      this.#addNeighborsIn(from, choice, atBorder);
    }
  }

  #bestToMove(
    choices: Iterable<PlacedShard>,
    from: Territory,
    to: Territory,
    center: Place,
  ): PlacedShard | undefined {
    const gains = new Map<PlacedShard, number>();
    for (const placed of choices) gains.set(placed, this.#gain(placed, from, to));
    const highest = Math.max(...gains.values());
    const equals = [...gains].filter(([, gain]) => gain === highest).map(([placed]) => placed);
    return best(equals, (placed) => -squaredDistance(placed, center));
  }

  /** How much shorter the border between two territories gets when the shard changes sides. */
  #gain(placed: PlacedShard, from: Territory, to: Territory): number {
    let gain = 0;
    for (const neighbor of this.#neighborsOf(placed)) {
      const home = this.#homeOf(neighbor);
      if (home === to) gain++;
      else if (home === from) gain--;
    }
    return gain;
  }

  #addNeighborsIn(territory: Territory, placed: PlacedShard, into: Set<PlacedShard>): void {
    for (const neighbor of this.#neighborsOf(placed)) {
      if (this.#homeOf(neighbor) === territory) into.add(neighbor);
    }
  }

  #move(placed: PlacedShard, to: Territory): void {
    this.#homeOf(placed).shards.delete(placed);
    this.#homes.set(placed, to);
    to.shards.add(placed);
  }

  #homeOf(placed: PlacedShard): Territory {
    return known(this.#homes.get(placed));
  }

  #neighborsOf(placed: PlacedShard): ReadonlySet<PlacedShard> {
    return known(this.#neighbors.get(placed));
  }
}

/** Every shard of the plan has a home and a set of neighbours from the start. */
function known<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a shard that is not part of this plan');
  return value;
}

/** From where the search began to where it ended. */
function chainBack(cameFrom: ReadonlyMap<Territory, Territory | undefined>, end: Territory): Territory[] {
  const chain: Territory[] = [];
  for (let link: Territory | undefined = end; link !== undefined; link = cameFrom.get(link)) chain.push(link);
  return chain.reverse();
}
