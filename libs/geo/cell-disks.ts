import { gridDisk, gridDiskDistances } from 'h3-js';
import { cellKeyFromH3, cellKeyToH3, type CellKey } from './cell-key.ts';
import { RecentMap } from './recent-map.ts';

/** Centre cells remembered by one {@link CellDisks} unless told otherwise: a large city at resolution 9. */
export const DEFAULT_DISK_CACHE_CELLS = 20_000;

/** Widest disk that may be asked for; 3 k (k + 1) + 1 cells are held for each centre. */
export const MAX_DISK_RINGS = 100;

/**
 * Neighbourhoods of cells as keys, remembered within a bound, since asking H3 costs microseconds and a supply index asks for
 * the same cells all day.
 */
export class CellDisks {
  readonly #rings: RecentMap<CellKey, readonly Float64Array[]>;

  constructor(capacity: number = DEFAULT_DISK_CACHE_CELLS) {
    this.#rings = new RecentMap(capacity);
  }

  /** Centres remembered now. */
  get size(): number {
    return this.#rings.size;
  }

  /**
   * Cells at each grid distance 0..k from the centre: `rings(cell, k)[2]` are those two steps away. May hold more than k + 1
   * rings when more were asked for before. Do not change the arrays: they are shared.
   * @throws RangeError for k outside 0..{@link MAX_DISK_RINGS}
   */
  rings(center: CellKey, k: number): readonly Float64Array[] {
    const known = this.#rings.get(center);
    if (known !== undefined && known.length > k) return known;
    const rings = computeRings(center, k);
    this.#rings.set(center, rings);
    return rings;
  }

  /** All cells within k steps, nearest rings first, the centre itself at the front. */
  disk(center: CellKey, k: number): CellKey[] {
    return this.rings(center, k)
      .slice(0, k + 1)
      .flatMap((ring) => [...ring]);
  }
}

/** The cells that share a border with this one: six, of a pentagon five. Not remembered. */
export function neighborKeys(center: CellKey): CellKey[] {
  return gridDisk(cellKeyToH3(center), 1)
    .map(cellKeyFromH3)
    .filter((key) => key !== center);
}

function computeRings(center: CellKey, k: number): Float64Array[] {
  if (!(k >= 0 && k <= MAX_DISK_RINGS))
    throw new RangeError(`a disk has 0 to ${MAX_DISK_RINGS} rings, not ${k}`);
  return gridDiskDistances(cellKeyToH3(center), k).map((ring) => Float64Array.from(ring, cellKeyFromH3));
}
