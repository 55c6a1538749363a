import { cellsToMultiPolygon, cellToBoundary, cellToChildren, cellToLatLng } from 'h3-js';
import { cellKeyRes, cellKeyToH3, childKeys, PICKUP_CELL_RES, type CellKey } from './cell-key.ts';
import { greatCircleM, type Point } from './point.ts';

/*
 * H3 cells contain their children logically, not geometrically. A point belongs to the parent of its resolution 9 cell,
 * so "area" below means the union of a cell's resolution 9 descendants, whose edge is frayed.
 */

/**
 * How far the frayed edge may reach beyond the hexagon, as a factor on its circumradius. Descendants at distance
 * √3/√7 · 7^(-i/2) circumradii per level sum up to 1.053 at most; the rest is for distortion within a cell.
 */
const FRAY = 1.1;
/** Which factor covers rounding at the pickup resolution, where the edge is not frayed. */
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

/** Corners of the edge of the cell's area, as closed rings; the edges are great circles. */
export function cellOutline(key: CellKey): Point[][] {
  const cell = cellKeyToH3(key);
  const parts = cellKeyRes(key) < PICKUP_CELL_RES ? cellToChildren(cell, PICKUP_CELL_RES) : [cell];
  return cellsToMultiPolygon(parts).flatMap((polygon) => polygon.map((ring) => ring.map(pointOf)));
}

/**
 * False only if every point of the cell's area is farther than `limitM` by `distanceM`. Descends to the pickup
 * resolution only where coarser cells do not decide.
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
