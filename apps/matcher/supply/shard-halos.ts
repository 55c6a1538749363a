import { cellKeyFromH3, cellKeyToH3, haloCells, type CellKey } from '#libs/geo';
import type { ShardKey } from '#libs/ownership';

/**
 * How many position cells one matcher listens to; beyond that the list is cut and logged as `cells_cut`. At
 * resolution 7 that is an area as large as a country.
 */
export const MAX_FOLLOWED_CELLS = 20_000;

/**
 * The position cells to subscribe to. Caches the cells of each shard, because computing them takes 2 to 6 ms a shard.
 */
export class ShardHalos {
  readonly #pickupRadiusM: number;
  #halos = new Map<ShardKey, readonly CellKey[]>();

  constructor(pickupRadiusM: number) {
    this.#pickupRadiusM = pickupRadiusM;
  }

  /** The position cells of the shards and of the halo around them, by their H3 names. Forgets all other shards. */
  cellsAround(shards: Iterable<ShardKey>): Map<string, CellKey> {
    const halos = new Map<ShardKey, readonly CellKey[]>();
    for (const shard of shards) halos.set(shard, this.#halos.get(shard) ?? this.#haloOf(shard));
    this.#halos = halos;
    const keys = [...new Set([...halos.values()].flat())];
    return new Map(keys.slice(0, MAX_FOLLOWED_CELLS).map((key) => [cellKeyToH3(key), key]));
  }

  #haloOf(shard: ShardKey): CellKey[] {
    return haloCells([cellKeyFromH3(shard)], this.#pickupRadiusM);
  }
}

export interface CellDifference {
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

/** The cells to subscribe to and to unsubscribe from, to get from `followed` to `wanted`. */
export function cellDifference(
  followed: ReadonlyMap<string, unknown>,
  wanted: ReadonlyMap<string, unknown>,
): CellDifference {
  return {
    added: [...wanted.keys()].filter((cell) => !followed.has(cell)),
    removed: [...followed.keys()].filter((cell) => !wanted.has(cell)),
  };
}
