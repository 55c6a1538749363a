import { gridDiskDistances } from 'h3-js';
import { cellKeyFromH3, cellKeyToH3, type CellKey } from './cell-key.ts';

/** Centre cells remembered by one {@link CellDisks} unless told otherwise: a large city at resolution 9. */
export const DEFAULT_DISK_CACHE_CELLS = 20_000;

/** Widest disk that may be asked for; 3 k (k + 1) + 1 cells are held for each centre. */
export const MAX_DISK_RINGS = 100;

/**
 * Neighbourhoods of cells as keys, remembered, since asking H3 costs microseconds and a supply index asks for the
 * same cells all day. Holds at most about `capacity` centres: two generations of half the size, of which the older is dropped
 * when the younger is full, so that what is in use survives.
 */
export class CellDisks {
  readonly #generationSize: number;
  #young = new Map<CellKey, readonly Float64Array[]>();
  #old = new Map<CellKey, readonly Float64Array[]>();

  constructor(capacity: number = DEFAULT_DISK_CACHE_CELLS) {
    this.#generationSize = Math.max(1, Math.ceil(capacity / 2));
  }

  /** Centres remembered now. */
  get size(): number {
    return this.#young.size + this.#old.size;
  }

  /**
   * Cells at each grid distance 0..k from the centre: `rings(cell, k)[2]` are those two steps away. May hold more than k + 1
   * rings when more were asked for before. Do not change the arrays: they are shared.
   * @throws RangeError for k outside 0..{@link MAX_DISK_RINGS}.
   */
  rings(center: CellKey, k: number): readonly Float64Array[] {
    const known = this.#young.get(center) ?? this.#old.get(center);
    if (known !== undefined && known.length > k) {
      if (!this.#young.has(center)) this.#remember(center, known);
      return known;
    }
    const rings = computeRings(center, k);
    this.#remember(center, rings);
    return rings;
  }

  /** All cells within k steps, nearest rings first, the centre itself at the front. */
  disk(center: CellKey, k: number): CellKey[] {
    return this.rings(center, k)
      .slice(0, k + 1)
      .flatMap((ring) => [...ring]);
  }

  /** The direct neighbours: six, of a pentagon five. */
  neighbors(center: CellKey): Float64Array {
    return this.rings(center, 1)[1] ?? new Float64Array();
  }

  #remember(center: CellKey, rings: readonly Float64Array[]): void {
    if (this.#young.size >= this.#generationSize) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#old.delete(center);
    this.#young.set(center, rings);
  }
}

function computeRings(center: CellKey, k: number): Float64Array[] {
  if (!(k >= 0 && k <= MAX_DISK_RINGS))
    throw new RangeError(`a disk has 0 to ${MAX_DISK_RINGS} rings, not ${k}`);
  return gridDiskDistances(cellKeyToH3(center), k).map((ring) => Float64Array.from(ring, cellKeyFromH3));
}
