import { cellKeyRes, childKeys, PICKUP_CELL_RES, type CellKey } from '#libs/geo';
import type { ShardKey, ShardMap } from '#libs/ownership';

/** Shards of other matchers that overlap the position cells. */
export function neighbourShards(
  map: ShardMap,
  cells: Iterable<CellKey>,
  own: ReadonlySet<ShardKey>,
  max: number,
): ShardKey[] {
  const found = new Set<ShardKey>();
  for (const cell of cells) {
    for (const shard of shardsIn(map, cell)) if (!own.has(shard)) found.add(shard);
    if (found.size >= max) break;
  }
  return [...found].slice(0, max);
}

/** The owned shard that contains the cell, or the shards inside it if the map is finer there. */
function shardsIn(map: ShardMap, cell: CellKey): ShardKey[] {
  const claim = map.claimContaining(cell);
  if (claim !== undefined && claim.owner !== null) return [claim.shard];
  if (cellKeyRes(cell) >= PICKUP_CELL_RES - 1) return [];
  return childKeys(cell).flatMap((child) => shardsIn(map, child));
}
