import { boxCenter, boxDistanceM, type BoundingBox } from './bounding-box.ts';
import { neighborKeys } from './cell-neighbors.ts';
import {
  cellKeyRes,
  childKeys,
  parentKey,
  PICKUP_CELL_RES,
  pickupCellOf,
  POSITION_CELL_RES,
  type CellKey,
} from './cell-key.ts';
import { cellCenter, cellReachM, mayReach } from './cell-shape.ts';
import { greatCircleM, type Point } from './point.ts';

/** How many cells one cover may have: more means a mistake in the box or the resolution. */
export const MAX_COVER_CELLS = 100_000;

/**
 * All cells at `res` (9 or coarser) that contain any part of the box, ordered by key: for every point in the box, the
 * parent at `res` of its resolution 9 cell. May include cells that miss the box by a few dozen metres.
 * @throws RangeError for a finer resolution, or a box of more than {@link MAX_COVER_CELLS} cells
 */
export function cellsCovering(box: BoundingBox, res: number): CellKey[] {
  if (!(res >= 0 && res <= PICKUP_CELL_RES))
    throw new RangeError(`a cover has resolution 0 to 9, not ${res}`);
  const seed = parentKey(pickupCellOf(boxCenter(box)), res);
  return grow([seed], (cell) => mayReach(cell, (point) => boxDistanceM(box, point), 0));
}

/**
 * The position cells (resolution 7) that a matcher of these shards listens to: every cell, the shards' own included,
 * from which a driver may be within `radiusM` of a pickup. A superset, too wide by about one resolution 9 cell. Ordered
 * by key.
 * @throws RangeError for more than {@link MAX_COVER_CELLS} cells
 */
export function haloCells(shardCells: Iterable<CellKey>, radiusM: number): CellKey[] {
  const halo = new Set<CellKey>();
  for (const shard of shardCells) for (const cell of haloOf(shard, radiusM)) halo.add(cell);
  return ordered(halo);
}

function haloOf(shard: CellKey, radiusM: number): CellKey[] {
  const edge = edgeCells(shard);
  const reachM = Math.max(...edge.map(cellReachM));
  const centers = edge.map(cellCenter);
  const distanceM = (point: Point): number =>
    Math.min(...centers.map((center) => greatCircleM(center, point))) - reachM;
  return grow(positionCellsOf(shard), (cell) => mayReach(cell, distanceM, radiusM));
}

/** The position cells that share area with a shard. */
function positionCellsOf(shard: CellKey): CellKey[] {
  return cellKeyRes(shard) >= POSITION_CELL_RES
    ? [parentKey(shard, POSITION_CELL_RES)]
    : descendants(shard, POSITION_CELL_RES);
}

/** The resolution 9 cells of a shard with a neighbour outside it. */
function edgeCells(shard: CellKey): CellKey[] {
  const inside = new Set(descendants(shard, PICKUP_CELL_RES));
  return [...inside].filter((cell) => neighborKeys(cell).some((neighbor) => !inside.has(neighbor)));
}

function descendants(key: CellKey, res: number): CellKey[] {
  return cellKeyRes(key) >= res ? [key] : childKeys(key).flatMap((child) => descendants(child, res));
}

/** Flood fill: the seeds and all cells connected to them for which `belongs` is true. */
function grow(seeds: readonly CellKey[], belongs: (cell: CellKey) => boolean): CellKey[] {
  const found = new Set(seeds);
  const seen = new Set(seeds);
  // A Set also iterates over elements added during the iteration.
  for (const cell of found) {
    for (const neighbor of neighborKeys(cell)) {
      if (seen.has(neighbor)) continue;
      seen.add(neighbor);
      if (belongs(neighbor)) found.add(neighbor);
    }
    if (found.size > MAX_COVER_CELLS) throw new RangeError(`the area has more than ${MAX_COVER_CELLS} cells`);
  }
  return ordered(found);
}

function ordered(cells: Iterable<CellKey>): CellKey[] {
  return [...cells].sort((a, b) => a - b);
}
