import { gridDisk } from 'h3-js';
import { cellKeyFromH3, cellKeyToH3, type CellKey } from './cell-key.ts';

/** The cells that share a border with this one: six, or five for a pentagon. */
export function neighborKeys(center: CellKey): CellKey[] {
  return gridDisk(cellKeyToH3(center), 1)
    .map(cellKeyFromH3)
    .filter((key) => key !== center);
}
