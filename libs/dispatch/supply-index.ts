import { arcOfChord, cellKeyAt, isPoint, type Point } from '#libs/geo';
import type { DriverId } from '#libs/trip';
import { CellGraph } from './cell-graph.ts';
import {
  DriverSlots,
  FREE,
  NO_SLOT,
  OFFERED,
  ON_TRIP,
  STATUSES,
  UNPLACED,
  NO_STATUS_VERSION,
} from './driver-slots.ts';
import { FreeDrivers } from './free-drivers.ts';
import { checkSearch, MAX_SEARCH_CELLS, NearestSearch, SUPPLY_CELL_RES } from './nearest-search.ts';
import { ProductCodes } from './product-codes.ts';
import { freeIn, ridingIn, viewOf } from './slot-listing.ts';
import type { DriverReport, DriverStatusChange, ReportOutcome, StatusOutcome } from './supply-event.ts';
import type {
  FreeDriver,
  NearbyDriver,
  NearestOptions,
  RidingDriver,
  SupplyCounts,
  SupplyView,
} from './supply-view.ts';

/** For how many searches of the widest radius the index has room for empty cells. */
const ROOM_IN_SEARCHES = 4;

/**
 * How long a status is kept against pings that carry an older one. A lost change of status reaches the pings within
 * seconds (`apps/driver-api/presence/find-lost-pushes.ts`).
 */
export const OVERRULED_STATUS_LIMIT_MS = 30_000;

/** How many drivers one index holds by default; further ones are counted as `full`. */
export const DEFAULT_DRIVER_CAPACITY = 131_072;

/**
 * The visible drivers of a matcher: last position, status and product of each, and the free ones by cell. The latest
 * version of each driver wins in any order of arrival, so replays and reordering are harmless. A driver is a candidate
 * once its position is known and its status is `free`.
 */
export class SupplyIndex {
  readonly #slots: DriverSlots;
  readonly #graph: CellGraph;
  readonly #free: FreeDrivers;
  readonly #search: NearestSearch;
  readonly #products = new ProductCodes();
  /** Number of placed drivers by status code. */
  readonly #counts = new Int32Array(STATUSES.length);
  #newestReportMs = -Infinity;
  #expiredBeforeMs = -Infinity;

  constructor({ capacity = DEFAULT_DRIVER_CAPACITY }: { readonly capacity?: number } = {}) {
    if (!Number.isInteger(capacity) || capacity < 1)
      throw new RangeError('capacity must be a positive whole number');
    // Room for one cell per driver, and for searches besides.
    const cellCapacity = capacity + ROOM_IN_SEARCHES * MAX_SEARCH_CELLS;
    this.#slots = new DriverSlots(capacity);
    this.#graph = new CellGraph(cellCapacity);
    this.#free = new FreeDrivers(cellCapacity, capacity);
    this.#search = new NearestSearch(this.#graph, this.#slots, this.#free);
  }

  /** Number of known drivers, placed or not. */
  get size(): number {
    return this.#slots.size;
  }

  get capacity(): number {
    return this.#slots.capacity;
  }

  counts(): SupplyCounts {
    const at = (status: number): number => this.#counts[status] as number;
    return { free: at(FREE), offered: at(OFFERED), onTrip: at(ON_TRIP) };
  }

  /** The known state of one driver. */
  view(driverId: DriverId): SupplyView | undefined {
    const slot = this.#slots.find(driverId);
    return slot === NO_SLOT ? undefined : viewOf(this.#slots, slot, this.#products);
  }

  /** All free drivers with a known place, in no order. */
  freeDrivers(): Iterable<FreeDriver> {
    return freeIn(this.#slots, this.#products);
  }

  /** All drivers with a rider on board and a known place, in no order. */
  ridingDrivers(): Iterable<RidingDriver> {
    return ridingIn(this.#slots, this.#products);
  }

  /**
   * Applies a ping and its status; the driver is looked up once. `positionCell` is the res-7 cell of the stream,
   * `heardAtMs` the time of this process. Throws a RangeError if there are too many products (see product-codes.ts).
   */
  applyReport(report: DriverReport, positionCell: number, heardAtMs: number): ReportOutcome {
    const known = this.#slots.find(report.driverId);
    if (report.left) return this.#applyLeft(known, report, positionCell);
    const { lat, lng } = report;
    if (!isPoint(lat, lng)) return 'invalid';
    const outcome = this.#comparePlace(known, report, positionCell, heardAtMs);
    if (known === NO_SLOT && outcome !== 'applied') return outcome;
    const slot = known === NO_SLOT ? this.#slots.take(report.driverId) : known;
    if (slot === NO_SLOT) return 'full';
    if (outcome === 'applied') {
      this.#slots.products[slot] = this.#products.codeOf(report.product);
      this.#hear(slot, report, positionCell, heardAtMs);
      this.#moveTo(slot, lat, lng);
      this.#doubtStatus(slot, report.statusVersion, heardAtMs);
    }
    this.#applyStatusAt(slot, report);
    return outcome;
  }

  /**
   * Gives up a status that the driver's own pings contradict for too long. Versions only rise, so such a status was false:
   * kept, one false version would hide the driver for good.
   */
  #doubtStatus(slot: number, statusVersion: number, heardAtMs: number): void {
    const { statusVersions, overruledSinceMs } = this.#slots;
    const since = overruledSinceMs[slot] as number;
    if (statusVersion >= (statusVersions[slot] as number)) overruledSinceMs[slot] = NaN;
    else if (Number.isNaN(since)) overruledSinceMs[slot] = heardAtMs;
    else if (heardAtMs - since > OVERRULED_STATUS_LIMIT_MS) {
      statusVersions[slot] = NO_STATUS_VERSION;
      overruledSinceMs[slot] = NaN;
    }
  }

  /** Applies a status that came without a ping. */
  applyStatus(change: DriverStatusChange): StatusOutcome {
    let slot = this.#slots.find(change.driverId);
    if (slot === NO_SLOT) {
      slot = this.#slots.take(change.driverId);
      if (slot === NO_SLOT) return 'full';
      // The driver has not pinged yet: it counts as heard now, by the clock of the pings.
      this.#slots.heardAtMs[slot] = Math.max(this.#newestReportMs, this.#expiredBeforeMs);
    }
    return this.#applyStatusAt(slot, change);
  }

  #applyStatusAt(slot: number, change: DriverStatusChange): StatusOutcome {
    const { statusVersion } = change;
    const version = this.#slots.statusVersions[slot] as number;
    if (statusVersion < version) return 'stale';
    if (statusVersion === version) return this.#applyProgress(slot, change);
    const cell = this.#slots.cells[slot] as number;
    if (cell !== UNPLACED) this.#uncount(slot, cell);
    this.#slots.statuses[slot] = STATUSES.indexOf(change.status);
    this.#slots.statusVersions[slot] = statusVersion;
    this.#noteRide(slot, change);
    this.#slots.booked[slot] = change.booked === true ? 1 : 0;
    if (cell !== UNPLACED) this.#count(slot, cell);
    return 'applied';
  }

  /** Applies the start of a ride, which does not change the status. */
  #applyProgress(slot: number, change: DriverStatusChange): StatusOutcome {
    if (change.freeAtMs <= (this.#slots.freeAtMs[slot] as number)) return 'duplicate';
    this.#noteRide(slot, change);
    return 'applied';
  }

  #noteRide(slot: number, { freeAtMs, rideEnd }: DriverStatusChange): void {
    this.#slots.freeAtMs[slot] = freeAtMs;
    this.#slots.endLats[slot] = rideEnd?.lat ?? NaN;
    this.#slots.endLngs[slot] = rideEnd?.lng ?? NaN;
  }

  /**
   * The driver is no candidate here until a later ping, or until the ping that it left with arrives on the other cell's
   * stream.
   */
  #applyLeft(slot: number, report: DriverReport, positionCell: number): 'left' | 'ignored' {
    if (slot === NO_SLOT) return 'ignored';
    const { cells, positionCells, departed, sessions, seqs } = this.#slots;
    const isThere = cells[slot] !== UNPLACED && positionCells[slot] === positionCell;
    if (!isThere || this.#comparePing(slot, report) < 0) return 'ignored';
    this.#unplace(slot);
    departed[slot] = 1;
    sessions[slot] = report.session;
    seqs[slot] = report.seq;
    return 'left';
  }

  /**
   * Forgets drivers whose newest ping is older than a time, and ignores such pings from then on. Returns the number of
   * drivers.
   */
  expireBefore(ms: number): number {
    this.#expiredBeforeMs = Math.max(this.#expiredBeforeMs, ms);
    const { heardAtMs } = this.#slots;
    let expired = 0;
    for (let slot = 0; slot < this.#slots.end; slot++) {
      if (this.#slots.idOf(slot) === undefined) continue;
      // A status from before the first ping of all: its age counts from the first expiry on.
      if (heardAtMs[slot] === -Infinity) heardAtMs[slot] = ms;
      if ((heardAtMs[slot] as number) >= ms) continue;
      if (this.#slots.cells[slot] !== UNPLACED) this.#unplace(slot);
      this.#slots.release(slot);
      expired++;
    }
    return expired;
  }

  /**
   * The exact k nearest free drivers of a product within a radius, by straight-line distance; the id breaks ties.
   * Throws a RangeError for arguments that {@link checkSearch} refuses.
   */
  nearest(point: Point, { k, radiusM, product, isExcluded }: NearestOptions): NearbyDriver[] {
    checkSearch(point, k, radiusM);
    const code = this.#products.find(product);
    if (code === undefined) return [];
    this.#makeRoomForCells(MAX_SEARCH_CELLS);
    const { lat, lng } = point;
    const found = this.#search.run({ lat, lng, k, radiusM, product: code, isExcluded });
    const drivers: NearbyDriver[] = [];
    for (let rank = 0; rank < found.size; rank++) {
      const slot = found.slotAt(rank);
      const driverId = this.#slots.idOf(slot);
      if (driverId === undefined) continue;
      const at = { lat: this.#slots.lats[slot] as number, lng: this.#slots.lngs[slot] as number };
      drivers.push({ driverId, point: at, distanceM: arcOfChord(Math.sqrt(found.squareAt(rank))) });
    }
    return drivers;
  }

  #comparePlace(
    slot: number,
    report: DriverReport,
    positionCell: number,
    heardAtMs: number,
  ): 'applied' | 'duplicate' | 'stale' {
    if (heardAtMs < this.#expiredBeforeMs) return 'stale';
    if (slot === NO_SLOT) return 'applied';
    const order = this.#comparePing(slot, report);
    if (order !== 0) return order < 0 ? 'stale' : 'applied';
    // A ping that a `left` of the old cell announced is no duplicate on the new cell's stream.
    const arrives = this.#slots.departed[slot] === 1 && this.#slots.positionCells[slot] !== positionCell;
    return arrives ? 'applied' : 'duplicate';
  }

  /** Below 0 if the ping is older than the newest known one, 0 if it is the same, above 0 if newer. */
  #comparePing(slot: number, { session, seq }: DriverReport): number {
    return session - (this.#slots.sessions[slot] as number) || seq - (this.#slots.seqs[slot] as number);
  }

  #hear(slot: number, { session, seq }: DriverReport, positionCell: number, heardAtMs: number): void {
    this.#slots.sessions[slot] = session;
    this.#slots.seqs[slot] = seq;
    this.#slots.positionCells[slot] = positionCell;
    this.#slots.departed[slot] = 0;
    this.#slots.heardAtMs[slot] = heardAtMs;
    if (heardAtMs > this.#newestReportMs) this.#newestReportMs = heardAtMs;
  }

  #moveTo(slot: number, lat: number, lng: number): void {
    const { places, cells } = this.#slots;
    this.#slots.moveTo(slot, lat, lng);
    const from = cells[slot] as number;
    if (from !== UNPLACED && this.#graph.surelyContains(from, places, slot)) return;
    this.#makeRoomForCells(1);
    const to = this.#graph.numberOf(cellKeyAt(lat, lng, SUPPLY_CELL_RES));
    const before = cells[slot] as number;
    if (before === to) return;
    if (before !== UNPLACED) this.#uncount(slot, before);
    cells[slot] = to;
    this.#count(slot, to);
  }

  #unplace(slot: number): void {
    this.#uncount(slot, this.#slots.cells[slot] as number);
    this.#slots.cells[slot] = UNPLACED;
  }

  #count(slot: number, cell: number): void {
    const status = this.#slots.statuses[slot] as number;
    this.#counts[status] = (this.#counts[status] as number) + 1;
    if (status === FREE) this.#free.join(slot, cell);
  }

  #uncount(slot: number, cell: number): void {
    const status = this.#slots.statuses[slot] as number;
    this.#counts[status] = (this.#counts[status] as number) - 1;
    if (status === FREE) this.#free.leave(slot, cell);
  }

  /**
   * The graph keeps every cell that a search or a driver has touched. When it is full, it is rebuilt from the cells
   * with drivers: slow, rare, and without effect on any answer.
   */
  #makeRoomForCells(wanted: number): void {
    if (this.#graph.size + wanted <= this.#graph.capacity) return;
    const keys = this.#placedSlots().map(
      (slot) => [slot, this.#graph.keyOf(this.#slots.cells[slot] as number)] as const,
    );
    this.#graph.clear();
    this.#free.clear();
    for (const [slot, key] of keys) {
      const cell = this.#graph.numberOf(key);
      this.#slots.cells[slot] = cell;
      if (this.#slots.statuses[slot] === FREE) this.#free.join(slot, cell);
    }
  }

  #placedSlots(): number[] {
    const placed: number[] = [];
    for (let slot = 0; slot < this.#slots.end; slot++) {
      if (this.#slots.idOf(slot) !== undefined && this.#slots.cells[slot] !== UNPLACED) placed.push(slot);
    }
    return placed;
  }
}
