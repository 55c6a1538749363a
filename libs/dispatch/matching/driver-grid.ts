import { chordOfArc, EARTH_RADIUS_M, PointGrid, putCartesian, type GridVisitor, type Point } from '#libs/geo';

/**
 * The drivers of one round by place, to find those who can reach a pickup soonest. Built for each round, because
 * drivers about to finish a ride count at the end of the ride, not at their last ping.
 */
export class DriverGrid {
  readonly #grid: PointGrid;
  readonly #handicapsM: Float64Array;

  /** @param handicapsM 0 or more for each driver: a driver available later counts as that much farther away */
  constructor(points: readonly Point[], handicapsM: Float64Array) {
    const triples = new Float64Array(3 * points.length);
    for (let driver = 0; driver < points.length; driver++) {
      const { lat, lng } = points[driver] as Point;
      putCartesian(triples, driver, lat, lng);
    }
    this.#grid = new PointGrid(triples);
    this.#handicapsM = handicapsM;
  }

  /**
   * Writes the drivers with the least straight-line distance plus handicap to `found`, best first, within `radiusM` and
   * the size of `found`. The lower number wins a tie.
   */
  nearest(point: Point, radiusM: number, found: NearestDrivers, may: (driver: number) => boolean): void {
    found.clear();
    this.#grid.search(point.lat, point.lng, new DriverSearch(this.#handicapsM, radiusM, found, may));
  }
}

/** One search: keeps the best drivers within the radius in a list. */
class DriverSearch implements GridVisitor {
  readonly #handicapsM: Float64Array;
  readonly #radiusM: number;
  readonly #found: NearestDrivers;
  readonly #may: (driver: number) => boolean;

  constructor(
    handicapsM: Float64Array,
    radiusM: number,
    found: NearestDrivers,
    may: (driver: number) => boolean,
  ) {
    this.#handicapsM = handicapsM;
    // Rounding puts the other side of the earth a hair beyond the longest chord.
    this.#radiusM = radiusM >= Math.PI * EARTH_RADIUS_M ? Infinity : chordOfArc(radiusM);
    this.#found = found;
    this.#may = may;
  }

  get limitM(): number {
    return Math.min(this.#radiusM, this.#found.limit);
  }

  visit(driver: number, squareM: number): void {
    const distanceM = Math.sqrt(squareM);
    if (distanceM > this.#radiusM) return;
    const key = distanceM + (this.#handicapsM[driver] as number);
    if (this.#found.wants(driver, key) && this.#may(driver)) this.#found.add(driver, key);
  }
}

/** The added drivers with the least keys; cleared and reused for each search. */
export class NearestDrivers {
  readonly drivers: Int32Array;
  readonly #keys: Float64Array;
  #size = 0;

  constructor(capacity: number) {
    this.drivers = new Int32Array(capacity);
    this.#keys = new Float64Array(capacity);
  }

  get size(): number {
    return this.#size;
  }

  /** Drivers with a higher key cannot enter the list any more. */
  get limit(): number {
    return this.#size < this.drivers.length ? Infinity : (this.#keys[this.#size - 1] as number);
  }

  clear(): void {
    this.#size = 0;
  }

  wants(driver: number, key: number): boolean {
    if (this.#size < this.drivers.length) return true;
    const last = this.#size - 1;
    const worst = this.#keys[last] as number;
    return key < worst || (key === worst && driver < (this.drivers[last] as number));
  }

  add(driver: number, key: number): void {
    let place = this.#size < this.drivers.length ? this.#size++ : this.#size - 1;
    for (; place > 0; place--) {
      const before = this.#keys[place - 1] as number;
      if (before < key || (before === key && (this.drivers[place - 1] as number) < driver)) break;
      this.#keys[place] = before;
      this.drivers[place] = this.drivers[place - 1] as number;
    }
    this.#keys[place] = key;
    this.drivers[place] = driver;
  }
}
