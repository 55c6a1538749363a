import { cellsToMultiPolygon, cellToBoundary, cellToChildren, cellToLatLng } from 'h3-js';
import { cellKeyRes, cellKeyToH3, childKeys, PICKUP_CELL_RES, type CellKey } from './cell-key.ts';
import { greatCircleM, type Point } from './point.ts';

/*
 * H3 cells contain their children logically, not geometrically: where a point belongs to the parent of its resolution
 * 9 cell, the area of the parent is the union of its resolution 9 descendants, whose edge is frayed. "Area" below
 * means that one.
 */

/**
 * How far the frayed edge may reach beyond the hexagon, as a factor on its circumradius. Descendants at distance
 * √3/√7 · 7^(-i/2) circumradii per level sum up to 1.053 at most; the rest is for distortion within a cell.
 */
const FRAY = 1.1;
/** Which factor covers rounding at the resolution of pickups, where the edge is not frayed. */
const ROUNDING = 1.001;

/** Centre of a cell. */
export function cellCenter(key: CellKey): Point {
  return pointOf(cellToLatLng(cellKeyToH3(key)));
}

/** No point of the cell's area is farther from its centre than this. */
export function cellReachM(key: CellKey): number {
  const center = cellCenter(key);
  const corners = cellToBoundary(cellKeyToH3(key)).map((corner) => greatCircleM(center, pointOf(corner)));
  return Math.max(...corners) * (cellKeyRes(key) < PICKUP_CELL_RES ? FRAY : ROUNDING);
}

/** Corners of the edge of the cell's area, as closed rings; between corners it follows great circles. */
export function cellOutline(key: CellKey): Point[][] {
  const cell = cellKeyToH3(key);
  const parts = cellKeyRes(key) < PICKUP_CELL_RES ? cellToChildren(cell, PICKUP_CELL_RES) : [cell];
  return cellsToMultiPolygon(parts).flatMap((polygon) => polygon.map((ring) => ring.map(pointOf)));
}

/**
 * True when some part of the cell's area may be within `limitM`, as `distanceM` measures points; false is certain.
 * Looks into the descendants down to the resolution of pickups, and only where it must.
 */
export function mayReach(key: CellKey, distanceM: (point: Point) => number, limitM: number): boolean {
  const centerM = distanceM(cellCenter(key));
  if (centerM <= limitM) return true;
  if (centerM > limitM + cellReachM(key)) return false;
  return (
    cellKeyRes(key) >= PICKUP_CELL_RES || childKeys(key).some((child) => mayReach(child, distanceM, limitM))
  );
}

function pointOf([lat, lng]: readonly [number, number]): Point {
  return { lat, lng };
}
