import { cellKeyFromH3, cellKeyRes, neighborKeys, parentKey, type CellKey } from '#libs/geo';
import type { ShardKey } from '../shard-claim.ts';
import { placeShards } from './placed-shard.ts';

/**
 * Positions and neighbours of the live shards, by index. Slow to build (about 10 us a shard), and constant until a
 * shard splits or merges, so plans reuse it.
 */
export class ShardTopology {
  /** Ordered by cell, so that plans do not depend on the order of the input. */
  readonly shards: readonly ShardKey[];
  /** Metres east and north of the first shard. */
  readonly x: Float64Array;
  readonly y: Float64Array;
  /** Neighbours of shard i: `neighbors[starts[i]]` up to `neighbors[starts[i + 1]]`. */
  readonly starts: Int32Array;
  readonly neighbors: Int32Array;
  readonly #indexes: ReadonlyMap<ShardKey, number>;

  private constructor(cells: readonly ShardKey[]) {
    const placed = placeShards(cells);
    this.shards = placed.map(({ shard }) => shard);
    this.x = Float64Array.from(placed, ({ x }) => x);
    this.y = Float64Array.from(placed, ({ y }) => y);
    this.#indexes = new Map(this.shards.map((shard, index) => [shard, index]));
    const lists = bordering(this.shards.map(cellKeyFromH3));
    this.starts = new Int32Array(lists.length + 1);
    lists.forEach((list, index) => (this.starts[index + 1] = (this.starts[index] as number) + list.length));
    this.neighbors = Int32Array.from(lists.flat());
  }

  static of(cells: readonly ShardKey[]): ShardTopology {
    return new ShardTopology(cells);
  }

  /** The topology of these cells; returns this one if the cells are the same. */
  with(cells: readonly ShardKey[]): ShardTopology {
    const isSame = cells.length === this.shards.length && cells.every((cell) => this.#indexes.has(cell));
    return isSame ? this : new ShardTopology(cells);
  }

  get size(): number {
    return this.shards.length;
  }

  indexOf(shard: ShardKey): number | undefined {
    return this.#indexes.get(shard);
  }
}

/** Neighbours of each cell, across resolutions. */
function bordering(keys: readonly CellKey[]): number[][] {
  const indexes = new Map(keys.map((key, index) => [key, index]));
  const coarsest = keys.reduce((res, key) => Math.min(res, cellKeyRes(key)), Infinity);
  const lists = keys.map(() => new Set<number>());
  keys.forEach((key, index) => {
    for (const neighbor of neighborKeys(key)) {
      // The finer cell finds its coarser neighbour, and the border is recorded for both.
      const other = holderOf(indexes, neighbor, coarsest);
      if (other === undefined || other === index) continue;
      lists[index]?.add(other);
      lists[other]?.add(index);
    }
  });
  return lists.map((list) => [...list].sort((a, b) => a - b));
}

function holderOf(
  indexes: ReadonlyMap<CellKey, number>,
  cell: CellKey,
  coarsest: number,
): number | undefined {
  for (let res = cellKeyRes(cell); res >= coarsest; res--) {
    const holder = indexes.get(parentKey(cell, res));
    if (holder !== undefined) return holder;
  }
  return undefined;
}
