import { METERS_PER_DEGREE, putCartesian, wrapLngDelta, type HeadedPoint, type Point } from '#libs/geo';
import type { DriverId } from '#libs/trip';
import type { DriverStatus } from './supply-event.ts';

/** Statuses by their code in {@link DriverSlots.statuses}. */
export const STATUSES: readonly DriverStatus[] = ['offline', 'free', 'offered', 'on_trip'];
export const OFFLINE = 0;
export const FREE = 1;
export const OFFERED = 2;
export const ON_TRIP = 3;

/** Below every status version, so that the first status always applies. */
export const NO_STATUS_VERSION = -1;
/** Below every session, so that the first ping always applies. */
export const NO_SESSION = -1;
export const UNPLACED = -1;
export const NO_SLOT = -1;
/** A move of at least 8 m has a direction; a shorter one may be the noise of GPS. */
const MIN_MOVE_DEG = 8 / METERS_PER_DEGREE;

/** The state of each driver: a column per property, a row (slot) per driver. Slots are reused. */
export class DriverSlots {
  readonly capacity: number;
  readonly sessions: Float64Array;
  readonly seqs: Float64Array;
  readonly lats: Float64Array;
  readonly lngs: Float64Array;
  /** In which direction each moved last, degrees from north; NaN before its first move. */
  readonly headings: Float32Array;
  /** Places as coordinate triples (see libs/geo/cartesian.ts). */
  readonly places: Float64Array;
  /** Number of the cell in the graph; UNPLACED while the driver's position is unknown. */
  readonly cells: Int32Array;
  /** The res-7 cell of the latest ping, and whether the driver has left it. */
  readonly positionCells: Float64Array;
  readonly departed: Uint8Array;
  readonly heardAtMs: Float64Array;
  readonly statuses: Uint8Array;
  readonly statusVersions: Float64Array;
  /** Since when every ping has carried an older status than the known one; NaN: the newest ping does not. */
  readonly overruledSinceMs: Float64Array;
  readonly freeAtMs: Float64Array;
  /** Where the ride ends; NaN without a rider on board. */
  readonly endLats: Float64Array;
  readonly endLngs: Float64Array;
  /** 1: the driver already has its next trip, or an offer for it. */
  readonly booked: Uint8Array;
  readonly products: Uint8Array;
  readonly #points: (HeadedPoint | undefined)[] = [];
  readonly #ends: (Point | undefined)[] = [];
  readonly #ids: (DriverId | undefined)[] = [];
  readonly #slots = new Map<DriverId, number>();
  readonly #released: number[] = [];

  constructor(capacity: number) {
    this.capacity = capacity;
    this.sessions = new Float64Array(capacity);
    this.seqs = new Float64Array(capacity);
    this.lats = new Float64Array(capacity);
    this.lngs = new Float64Array(capacity);
    this.headings = new Float32Array(capacity);
    this.places = new Float64Array(3 * capacity);
    this.cells = new Int32Array(capacity);
    this.positionCells = new Float64Array(capacity);
    this.departed = new Uint8Array(capacity);
    this.heardAtMs = new Float64Array(capacity);
    this.statuses = new Uint8Array(capacity);
    this.statusVersions = new Float64Array(capacity);
    this.overruledSinceMs = new Float64Array(capacity);
    this.freeAtMs = new Float64Array(capacity);
    this.endLats = new Float64Array(capacity);
    this.endLngs = new Float64Array(capacity);
    this.booked = new Uint8Array(capacity);
    this.products = new Uint8Array(capacity);
  }

  /** Number of known drivers. */
  get size(): number {
    return this.#slots.size;
  }

  /** All slots in use are below this number. */
  get end(): number {
    return this.#ids.length;
  }

  /** The place of a driver; the same object until it moves, so that what is known of the object stays known. */
  pointOf(slot: number): HeadedPoint {
    const [lat, lng] = [this.lats[slot] as number, this.lngs[slot] as number];
    const known = this.#points[slot];
    if (known?.lat === lat && known.lng === lng) return known;
    const headingDeg = this.headings[slot] as number;
    return (this.#points[slot] = Number.isNaN(headingDeg) ? { lat, lng } : { lat, lng, headingDeg });
  }

  /** Moves a driver, and notes its heading if it moved far enough to have one. */
  moveTo(slot: number, lat: number, lng: number): void {
    const north = lat - (this.lats[slot] as number);
    const east = wrapLngDelta(lng - (this.lngs[slot] as number)) * Math.cos((lat * Math.PI) / 180);
    // Before the first ping the place is NaN, and so is its distance.
    if (north * north + east * east >= MIN_MOVE_DEG ** 2)
      this.headings[slot] = (Math.atan2(east, north) * 180) / Math.PI;
    this.lats[slot] = lat;
    this.lngs[slot] = lng;
    putCartesian(this.places, slot, lat, lng);
  }

  /** Where a driver's ride ends; undefined without a rider on board. */
  rideEndOf(slot: number): Point | undefined {
    const lat = this.endLats[slot] as number;
    if (Number.isNaN(lat)) return undefined;
    const lng = this.endLngs[slot] as number;
    const known = this.#ends[slot];
    return known?.lat === lat && known.lng === lng ? known : (this.#ends[slot] = { lat, lng });
  }

  /** The driver in a slot; undefined if the slot is free. */
  idOf(slot: number): DriverId | undefined {
    return this.#ids[slot];
  }

  /** The slot of a driver; NO_SLOT if it has none. */
  find(driverId: DriverId): number {
    return this.#slots.get(driverId) ?? NO_SLOT;
  }

  /** Gives a new driver a slot: no place, no ping, no status. NO_SLOT when all slots are in use. */
  take(driverId: DriverId): number {
    const slot = this.#released.pop() ?? this.#ids.length;
    if (slot >= this.capacity) return NO_SLOT;
    this.#ids[slot] = driverId;
    this.#slots.set(driverId, slot);
    this.sessions[slot] = NO_SESSION;
    this.seqs[slot] = 0;
    this.lats[slot] = NaN;
    this.lngs[slot] = NaN;
    this.cells[slot] = UNPLACED;
    this.headings[slot] = NaN;
    this.positionCells[slot] = 0;
    this.departed[slot] = 0;
    this.heardAtMs[slot] = -Infinity;
    this.statuses[slot] = OFFLINE;
    this.statusVersions[slot] = NO_STATUS_VERSION;
    this.overruledSinceMs[slot] = NaN;
    this.freeAtMs[slot] = 0;
    this.endLats[slot] = NaN;
    this.endLngs[slot] = NaN;
    this.booked[slot] = 0;
    this.products[slot] = 0;
    return slot;
  }

  /** Frees the slot of a driver. */
  release(slot: number): void {
    const driverId = this.#ids[slot];
    if (driverId === undefined) return;
    this.#slots.delete(driverId);
    this.#ids[slot] = undefined;
    this.#released.push(slot);
  }
}
