import type { DriverSlots } from './driver-slots.ts';

/** The best slots found so far, nearest first; the driver id breaks ties. Reused for every search. */
export class NearestList {
  readonly #slots: DriverSlots;
  readonly #found: Int32Array;
  readonly #squares: Float64Array;
  #wanted = 0;
  #size = 0;
  #radiusSquared = 0;

  constructor(slots: DriverSlots, maxWanted: number) {
    this.#slots = slots;
    this.#found = new Int32Array(maxWanted);
    this.#squares = new Float64Array(maxWanted);
  }

  start(wanted: number, radiusSquared: number): void {
    this.#wanted = wanted;
    this.#radiusSquared = radiusSquared;
    this.#size = 0;
  }

  get size(): number {
    return this.#size;
  }

  /** Slots farther away than this (squared) cannot enter the list. */
  get limitSquared(): number {
    return this.#size < this.#wanted ? this.#radiusSquared : (this.#squares[this.#size - 1] as number);
  }

  slotAt(rank: number): number {
    return this.#found[rank] as number;
  }

  squareAt(rank: number): number {
    return this.#squares[rank] as number;
  }

  /** Whether {@link add} would accept the slot. */
  wants(slot: number, square: number): boolean {
    if (this.#size < this.#wanted) return square <= this.#radiusSquared;
    return this.#before(slot, square, this.#size - 1);
  }

  add(slot: number, square: number): void {
    if (this.#size < this.#wanted) this.#size++;
    let rank = this.#size - 1;
    while (rank > 0 && this.#before(slot, square, rank - 1)) {
      this.#found[rank] = this.#found[rank - 1] as number;
      this.#squares[rank] = this.#squares[rank - 1] as number;
      rank--;
    }
    this.#found[rank] = slot;
    this.#squares[rank] = square;
  }

  #before(slot: number, square: number, rank: number): boolean {
    const other = this.#squares[rank] as number;
    if (square !== other) return square < other;
    const id = this.#slots.idOf(slot);
    const otherId = this.#slots.idOf(this.slotAt(rank));
    return id !== undefined && otherId !== undefined && id < otherId;
  }
}
