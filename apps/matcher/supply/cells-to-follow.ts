import { cellKeyFromH3, cellKeyToH3, haloCells, type CellKey } from '#libs/geo';
import type { ShardKey } from '#libs/ownership';

/** Position cells one matcher listens to at most; at resolution 7 that is an area as large as a country. */
export const MAX_FOLLOWED_CELLS = 20_000;

/** The position cells of the shards and of the halo around them, by their H3 names. */
export function cellsToFollow(shards: Iterable<ShardKey>, pickupRadiusM: number): Map<string, CellKey> {
  const keys = haloCells([...shards].map(cellKeyFromH3), pickupRadiusM);
  return new Map(keys.slice(0, MAX_FOLLOWED_CELLS).map((key) => [cellKeyToH3(key), key]));
}

export interface CellDifference {
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

/** What to subscribe to and what to give up, so that `wanted` is followed where `followed` was. */
export function cellDifference(
  followed: ReadonlyMap<string, unknown>,
  wanted: ReadonlyMap<string, unknown>,
): CellDifference {
  return {
    added: [...wanted.keys()].filter((cell) => !followed.has(cell)),
    removed: [...followed.keys()].filter((cell) => !wanted.has(cell)),
  };
}
