import { uuidOf, type DriverId, type DriverStatus, type PositionRecord } from '#libs/contracts';
import type { CellKey } from '#libs/geo';
import type { CarStatus } from '../protocol/car-frame.ts';

/** How many cars the console shows; further ones are counted and left out. */
export const MAX_CARS = 100_000;
/** From which age of its position on a car is shown as silent, service time: as long as matchers offer it trips. */
export const CAR_SILENT_AFTER_MS = 30_000;
/** How long a car is shown after its last position came, service time: an operator should see who fell silent. */
export const CAR_FORGOTTEN_AFTER_MS = 300_000;
/** How long a status is kept against positions with an older one, service time. As in matchers: such a status was false. */
const OVERRULED_STATUS_LIMIT_MS = 30_000;
/** Before the first status of a car. */
const NO_VERSION = -1;

/** The newest that is known of a driver. */
export interface Car {
  readonly driverId: DriverId;
  readonly uuid: string;
  /** Undefined: it has left, or nothing but its status is known. */
  place: { readonly lat: number; readonly lng: number; readonly headingDeg: number | undefined } | undefined;
  /** When the position was taken, service time; not later than it was heard. */
  positionAtMs: number;
  heardAtMs: number;
  status: DriverStatus;
  /** Rises with every change that is shown. */
  revision: number;
}

interface KnownCar extends Car {
  session: number;
  seq: number;
  cell: CellKey | undefined;
  hasLeft: boolean;
  statusVersion: number;
  overruledSinceMs: number | undefined;
}

/** What a car does, as the map shows it; undefined: it is not on the map. */
export function shownStatus(car: Car, nowMs: number): CarStatus | undefined {
  if (car.place === undefined || car.status === 'offline') return undefined;
  return nowMs - car.positionAtMs > CAR_SILENT_AFTER_MS ? 'silent' : car.status;
}

/**
 * The cars of the city. Positions are ordered by session and number, statuses by version, whatever path and order they come
 * in: as in the index of matchers, replays and reordering are harmless.
 */
export class LiveCars {
  readonly #cars = new Map<DriverId, KnownCar>();
  readonly #max: number;
  #leftOut = 0;

  constructor(max = MAX_CARS) {
    this.#max = max;
  }

  get size(): number {
    return this.#cars.size;
  }

  /** How many messages of cars beyond the bound were left out. */
  get leftOut(): number {
    return this.#leftOut;
  }

  [Symbol.iterator](): IterableIterator<Car> {
    return this.#cars.values();
  }

  get(driverId: DriverId): Car | undefined {
    return this.#cars.get(driverId);
  }

  /** Applies one record of a batch of a position cell. `heardAtMs`: service time here. */
  applyRecord(record: PositionRecord, cell: CellKey, heardAtMs: number): void {
    if (record.left) return this.#applyLeft(record, cell);
    const car = this.#cars.get(record.driverId) ?? this.#add(record.driverId, heardAtMs);
    if (car === undefined) return;
    const order = record.session - car.session || record.seq - car.seq;
    // The position that a `left` of the old cell announced comes with the same number on the new cell's stream.
    const arrives = order === 0 && car.hasLeft && car.cell !== cell;
    if (order > 0 || arrives) this.#place(car, record, cell, heardAtMs);
    this.#applyStatus(car, record.status, record.statusVersion);
  }

  /** Applies a status that came without a position. */
  applyStatus(driverId: DriverId, status: DriverStatus, version: number, heardAtMs: number): void {
    const car = this.#cars.get(driverId) ?? this.#add(driverId, heardAtMs);
    if (car !== undefined) this.#applyStatus(car, status, version);
  }

  /** Forgets cars of which nothing was heard for a while. */
  expire(nowMs: number): void {
    for (const [driverId, { heardAtMs }] of this.#cars)
      if (nowMs - heardAtMs > CAR_FORGOTTEN_AFTER_MS) this.#cars.delete(driverId);
  }

  clear(): void {
    this.#cars.clear();
  }

  #add(driverId: DriverId, heardAtMs: number): KnownCar | undefined {
    if (this.#cars.size >= this.#max) {
      this.#leftOut += 1;
      return undefined;
    }
    const car: KnownCar = {
      driverId,
      uuid: uuidOf('driver', driverId),
      place: undefined,
      positionAtMs: -Infinity,
      heardAtMs,
      status: 'offline',
      revision: 0,
      session: -1,
      seq: -1,
      cell: undefined,
      hasLeft: false,
      statusVersion: NO_VERSION,
      overruledSinceMs: undefined,
    };
    this.#cars.set(driverId, car);
    return car;
  }

  #place(car: KnownCar, record: PositionRecord, cell: CellKey, heardAtMs: number): void {
    car.place = { lat: record.lat, lng: record.lng, headingDeg: record.headingDeg };
    car.positionAtMs = Math.min(record.recordedAtMs, heardAtMs);
    car.heardAtMs = heardAtMs;
    car.session = record.session;
    car.seq = record.seq;
    car.cell = cell;
    car.hasLeft = false;
    car.revision += 1;
    doubtStatus(car, record.statusVersion, heardAtMs);
  }

  #applyLeft(record: PositionRecord, cell: CellKey): void {
    const car = this.#cars.get(record.driverId);
    if (car?.cell !== cell || car.hasLeft) return;
    if ((record.session - car.session || record.seq - car.seq) < 0) return;
    car.place = undefined;
    car.hasLeft = true;
    car.session = record.session;
    car.seq = record.seq;
    car.revision += 1;
  }

  #applyStatus(car: KnownCar, status: DriverStatus, version: number): void {
    if (version <= car.statusVersion) return;
    if (status !== car.status) car.revision += 1;
    car.status = status;
    car.statusVersion = version;
  }
}

/** Gives up a status that the driver's own positions contradict for too long: versions only rise, so it was false. */
function doubtStatus(car: KnownCar, version: number, heardAtMs: number): void {
  if (version >= car.statusVersion) car.overruledSinceMs = undefined;
  else if (car.overruledSinceMs === undefined) car.overruledSinceMs = heardAtMs;
  else if (heardAtMs - car.overruledSinceMs > OVERRULED_STATUS_LIMIT_MS) {
    car.statusVersion = NO_VERSION;
    car.overruledSinceMs = undefined;
  }
}
