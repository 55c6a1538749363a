import type { DriverId } from '#libs/trip';
import type { DriverStatus } from './supply-event.ts';

/** Statuses by their code in {@link DriverSlots.statuses}. */
export const STATUSES: readonly DriverStatus[] = ['offline', 'free', 'offered', 'on_trip'];
export const OFFLINE = 0;
export const FREE = 1;
export const OFFERED = 2;
export const ON_TRIP = 3;

/** Below every version of a status, so that the first one always counts. */
export const NO_STATUS_VERSION = -1;
/** Before every ping. */
export const NO_SESSION = -1;
export const UNPLACED = -1;
export const NO_SLOT = -1;

/** What is known of each driver, a column per property, a row (slot) per driver. Slots are used again. */
export class DriverSlots {
  readonly capacity: number;
  readonly sessions: Float64Array;
  readonly seqs: Float64Array;
  readonly lats: Float64Array;
  readonly lngs: Float64Array;
  /** Places as triples (see libs/geo/cartesian.ts). */
  readonly places: Float64Array;
  /** Number of the cell in the graph; UNPLACED while the driver's position is not known. */
  readonly cells: Int32Array;
  /** The res-7 cell of the stream that was heard last, and whether the driver has left it. */
  readonly positionCells: Float64Array;
  readonly departed: Uint8Array;
  readonly heardAtMs: Float64Array;
  readonly statuses: Uint8Array;
  readonly statusVersions: Float64Array;
  readonly freeAtMs: Float64Array;
  /** Where the ride ends; NaN while nobody is on board. */
  readonly endLats: Float64Array;
  readonly endLngs: Float64Array;
  /** 1: has its next trip already, or an offer for one. */
  readonly booked: Uint8Array;
  readonly products: Uint8Array;
  readonly #ids: (DriverId | undefined)[] = [];
  readonly #slots = new Map<DriverId, number>();
  readonly #released: number[] = [];

  constructor(capacity: number) {
    this.capacity = capacity;
    this.sessions = new Float64Array(capacity);
    this.seqs = new Float64Array(capacity);
    this.lats = new Float64Array(capacity);
    this.lngs = new Float64Array(capacity);
    this.places = new Float64Array(3 * capacity);
    this.cells = new Int32Array(capacity);
    this.positionCells = new Float64Array(capacity);
    this.departed = new Uint8Array(capacity);
    this.heardAtMs = new Float64Array(capacity);
    this.statuses = new Uint8Array(capacity);
    this.statusVersions = new Float64Array(capacity);
    this.freeAtMs = new Float64Array(capacity);
    this.endLats = new Float64Array(capacity);
    this.endLngs = new Float64Array(capacity);
    this.booked = new Uint8Array(capacity);
    this.products = new Uint8Array(capacity);
  }

  /** Drivers known. */
  get size(): number {
    return this.#slots.size;
  }

  /** Slots ever used: all drivers are below this number. */
  get end(): number {
    return this.#ids.length;
  }

  /** The driver in a slot; undefined where it is not in use. */
  idOf(slot: number): DriverId | undefined {
    return this.#ids[slot];
  }

  /** The slot of a driver; NO_SLOT where there is none. */
  find(driverId: DriverId): number {
    return this.#slots.get(driverId) ?? NO_SLOT;
  }

  /** A fresh slot for a driver who has none: not placed, never heard, no status. NO_SLOT when all are taken. */
  take(driverId: DriverId): number {
    const slot = this.#released.pop() ?? this.#ids.length;
    if (slot >= this.capacity) return NO_SLOT;
    this.#ids[slot] = driverId;
    this.#slots.set(driverId, slot);
    this.sessions[slot] = NO_SESSION;
    this.seqs[slot] = 0;
    this.cells[slot] = UNPLACED;
    this.positionCells[slot] = 0;
    this.departed[slot] = 0;
    this.heardAtMs[slot] = -Infinity;
    this.statuses[slot] = OFFLINE;
    this.statusVersions[slot] = NO_STATUS_VERSION;
    this.freeAtMs[slot] = 0;
    this.endLats[slot] = NaN;
    this.endLngs[slot] = NaN;
    this.booked[slot] = 0;
    this.products[slot] = 0;
    return slot;
  }

  /** Forgets a driver. */
  release(slot: number): void {
    const driverId = this.#ids[slot];
    if (driverId === undefined) return;
    this.#slots.delete(driverId);
    this.#ids[slot] = undefined;
    this.#released.push(slot);
  }
}
