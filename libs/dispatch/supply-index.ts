import { cellKeyAt, isPoint, type Point } from '#libs/geo';
import { arcOfChord, putCartesian } from './cartesian.ts';
import { CellGraph } from './cell-graph.ts';
import { DriverSlots, FREE, NO_SLOT, OFFERED, ON_TRIP, STATUSES, UNPLACED } from './driver-slots.ts';
import { FreeDrivers } from './free-drivers.ts';
import {
  MAX_NEAREST,
  MAX_SEARCH_CELLS,
  MAX_SEARCH_RADIUS_M,
  NearestSearch,
  SUPPLY_CELL_RES,
} from './nearest-search.ts';
import { ProductCodes } from './product-codes.ts';
import { freeIn, rideEndOf, ridingIn } from './slot-listing.ts';
import type {
  DriverId,
  DriverLeft,
  DriverPosition,
  DriverStatusChange,
  LeftOutcome,
  PositionOutcome,
  StatusOutcome,
} from './supply-event.ts';
import type {
  FreeDriver,
  NearbyDriver,
  NearestOptions,
  RidingDriver,
  SupplyCounts,
  SupplyView,
} from './supply-view.ts';

/** Cells remembered beyond those that drivers are in, in searches of the widest radius. */
const ROOM_IN_SEARCHES = 4;

/** Drivers one index holds unless told otherwise. */
export const DEFAULT_DRIVER_CAPACITY = 131_072;

/**
 * The drivers a matcher can see: last position, status and product of each, and the free ones by cell. The latest
 * word on each driver stands whatever order words come in, so replays and reordering do no harm. A driver is a
 * candidate once both a position and the status `free` are known.
 */
export class SupplyIndex {
  readonly #slots: DriverSlots;
  readonly #graph: CellGraph;
  readonly #free: FreeDrivers;
  readonly #search: NearestSearch;
  readonly #products = new ProductCodes();
  /** Placed drivers by status code. */
  readonly #counts = new Int32Array(STATUSES.length);
  #newestReportMs = -Infinity;
  #expiredBeforeMs = -Infinity;

  constructor({ capacity = DEFAULT_DRIVER_CAPACITY }: { readonly capacity?: number } = {}) {
    if (!Number.isInteger(capacity) || capacity < 1)
      throw new RangeError('capacity must be a positive whole number');
    // Each driver can be in a cell of its own, and a search must still find room.
    const cellCapacity = capacity + ROOM_IN_SEARCHES * MAX_SEARCH_CELLS;
    this.#slots = new DriverSlots(capacity);
    this.#graph = new CellGraph(cellCapacity);
    this.#free = new FreeDrivers(cellCapacity, capacity);
    this.#search = new NearestSearch(this.#graph, this.#slots, this.#free);
  }

  /** Drivers known, placed or not. */
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

  /** What is known of one driver. */
  view(driverId: DriverId): SupplyView | undefined {
    const slot = this.#slots.find(driverId);
    if (slot === NO_SLOT) return undefined;
    const { cells, lats, lngs, statuses, statusVersions, freeAtMs, booked, products, heardAtMs } =
      this.#slots;
    const placed = cells[slot] !== UNPLACED;
    return {
      point: placed ? { lat: lats[slot] as number, lng: lngs[slot] as number } : undefined,
      status: STATUSES[statuses[slot] as number] ?? 'offline',
      statusVersion: statusVersions[slot] as number,
      freeAtMs: freeAtMs[slot] as number,
      rideEnd: rideEndOf(this.#slots, slot),
      booked: booked[slot] === 1,
      product: this.#products.nameOf(products[slot] as number),
      heardAtMs: heardAtMs[slot] as number,
    };
  }

  /** All free drivers whose place is known, in no order. */
  freeDrivers(): Iterable<FreeDriver> {
    return freeIn(this.#slots, this.#products);
  }

  /** All drivers with a rider on board whose place is known, in no order. */
  ridingDrivers(): Iterable<RidingDriver> {
    return ridingIn(this.#slots, this.#products);
  }

  /** Takes a ping in. Throws a RangeError at a product too many (see product-codes.ts). */
  applyPosition(position: DriverPosition): PositionOutcome {
    if (!isPoint(position.lat, position.lng)) return 'invalid';
    if (position.reportedAtMs < this.#expiredBeforeMs) return 'stale';
    const known = this.#slots.find(position.driverId);
    const order = known === NO_SLOT ? 1 : this.#comparePing(known, position);
    if (order < 0) return 'stale';
    if (order === 0 && !this.#arrivesElsewhere(known, position.positionCell)) return 'duplicate';
    const slot = known === NO_SLOT ? this.#slots.take(position.driverId) : known;
    if (slot === NO_SLOT) return 'full';
    this.#slots.products[slot] = this.#products.codeOf(position.product);
    this.#hear(slot, position);
    this.#moveTo(slot, position.lat, position.lng);
    return 'applied';
  }

  applyStatus(change: DriverStatusChange): StatusOutcome {
    let slot = this.#slots.find(change.driverId);
    if (slot === NO_SLOT) {
      slot = this.#slots.take(change.driverId);
      if (slot === NO_SLOT) return 'full';
      // Nothing was heard of the driver itself yet: it counts as heard now, by the clock of the pings.
      this.#slots.heardAtMs[slot] = Math.max(this.#newestReportMs, this.#expiredBeforeMs);
    }
    const version = this.#slots.statusVersions[slot] as number;
    if (change.statusVersion < version) return 'stale';
    if (change.statusVersion === version) return this.#applyProgress(slot, change);
    const cell = this.#slots.cells[slot] as number;
    if (cell !== UNPLACED) this.#uncount(slot, cell);
    this.#slots.statuses[slot] = STATUSES.indexOf(change.status);
    this.#slots.statusVersions[slot] = change.statusVersion;
    this.#noteRide(slot, change);
    this.#slots.booked[slot] = change.booked === true ? 1 : 0;
    if (cell !== UNPLACED) this.#count(slot, cell);
    return 'applied';
  }

  /** A ride begins without any change of status. */
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
   * The driver is no candidate here any more, until a later ping; or the very ping it left with, should that come by
   * the other cell's stream afterwards.
   */
  applyLeft(left: DriverLeft): LeftOutcome {
    const slot = this.#slots.find(left.driverId);
    if (slot === NO_SLOT) return 'ignored';
    const { cells, positionCells, departed, sessions, seqs } = this.#slots;
    const isThere = cells[slot] !== UNPLACED && positionCells[slot] === left.positionCell;
    if (!isThere || this.#comparePing(slot, left) < 0) return 'ignored';
    this.#unplace(slot);
    departed[slot] = 1;
    sessions[slot] = left.session;
    seqs[slot] = left.seq;
    return 'removed';
  }

  /** Forgets drivers whose newest ping was reported before a time, and any such ping to come. Returns how many. */
  expireBefore(ms: number): number {
    this.#expiredBeforeMs = Math.max(this.#expiredBeforeMs, ms);
    const { heardAtMs } = this.#slots;
    let expired = 0;
    for (let slot = 0; slot < this.#slots.end; slot++) {
      if (this.#slots.idOf(slot) === undefined) continue;
      // A status that came before any ping at all: its time is counted from the first expiry on.
      if (heardAtMs[slot] === -Infinity) heardAtMs[slot] = ms;
      if ((heardAtMs[slot] as number) >= ms) continue;
      if (this.#slots.cells[slot] !== UNPLACED) this.#unplace(slot);
      this.#slots.release(slot);
      expired++;
    }
    return expired;
  }

  /**
   * The k free drivers of a product nearest by air within a radius, nearest first, equally near ones by id; exact.
   * Throws a RangeError for k beyond {@link MAX_NEAREST} or a radius beyond {@link MAX_SEARCH_RADIUS_M}.
   */
  nearest(point: Point, { k, radiusM, product, isExcluded }: NearestOptions): NearbyDriver[] {
    if (!isPoint(point.lat, point.lng)) throw new RangeError(`no such place: ${point.lat}, ${point.lng}`);
    if (!Number.isInteger(k) || k < 1 || k > MAX_NEAREST)
      throw new RangeError(`k must be 1 to ${MAX_NEAREST}`);
    if (!(radiusM >= 0 && radiusM <= MAX_SEARCH_RADIUS_M)) {
      throw new RangeError(`radiusM must be 0 to ${MAX_SEARCH_RADIUS_M}`);
    }
    const code = this.#products.find(product);
    if (code === undefined) return [];
    this.#makeRoomForCells(MAX_SEARCH_CELLS);
    const { lat, lng } = point;
    const found = this.#search.run({
      lat,
      lng,
      k,
      radiusM,
      product: this.#products.codeOf(product),
      isExcluded,
    });
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

  /** Below 0 where the ping is older than the newest one known, 0 where it is that one, above 0 where newer. */
  #comparePing(slot: number, ping: { readonly session: number; readonly seq: number }): number {
    return (
      ping.session - (this.#slots.sessions[slot] as number) || ping.seq - (this.#slots.seqs[slot] as number)
    );
  }

  /** A ping that was announced by a `left` of the old cell is no duplicate when it comes by the new one. */
  #arrivesElsewhere(slot: number, positionCell: number): boolean {
    return this.#slots.departed[slot] === 1 && this.#slots.positionCells[slot] !== positionCell;
  }

  #hear(slot: number, position: DriverPosition): void {
    this.#slots.sessions[slot] = position.session;
    this.#slots.seqs[slot] = position.seq;
    this.#slots.positionCells[slot] = position.positionCell;
    this.#slots.departed[slot] = 0;
    this.#slots.heardAtMs[slot] = position.reportedAtMs;
    if (position.reportedAtMs > this.#newestReportMs) this.#newestReportMs = position.reportedAtMs;
  }

  #moveTo(slot: number, lat: number, lng: number): void {
    const { lats, lngs, places, cells } = this.#slots;
    lats[slot] = lat;
    lngs[slot] = lng;
    putCartesian(places, slot, lat, lng);
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
   * Cells are remembered when a search or a driver has touched them. Should they ever fill the graph, it starts anew
   * from the cells that drivers are in: slow, rare, and without effect on any answer.
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
