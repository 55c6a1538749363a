import { METERS_PER_DEGREE, type Point } from '#libs/geo';

const NONE = -1;
/** Cells of the grid at most, however wide drivers are spread. */
const MAX_CELLS = 65_536;
/** Drivers that a cell holds if they are spread evenly. */
const DRIVERS_PER_CELL = 2;
const RADIANS_PER_DEGREE = Math.PI / 180;

/**
 * The drivers of one round by place, to find those who can be at a pickup soonest. Made anew for each round, which takes
 * some 50 ns a driver: drivers on the way and about to finish are not where they are heard.
 */
export class DriverGrid {
  readonly #x: Float64Array;
  readonly #y: Float64Array;
  /** Head starts, in metres: who is available later counts as further away by so much. */
  readonly #handicapsM: Float64Array;
  readonly #next: Int32Array;
  readonly #heads: Int32Array;
  readonly #columns: number;
  readonly #rows: number;
  readonly #cellM: number;
  readonly #minX: number;
  readonly #minY: number;
  readonly #origin: Point;
  readonly #metersPerLng: number;

  constructor(points: readonly Point[], handicapsM: Float64Array) {
    this.#origin = points[0] ?? { lat: 0, lng: 0 };
    this.#metersPerLng = METERS_PER_DEGREE * Math.cos(this.#origin.lat * RADIANS_PER_DEGREE);
    this.#handicapsM = handicapsM;
    const count = points.length;
    this.#x = new Float64Array(count);
    this.#y = new Float64Array(count);
    this.#next = new Int32Array(count);
    let [minX, maxX, minY, maxY] = [0, 0, 0, 0];
    for (let driver = 0; driver < count; driver++) {
      const point = points[driver] as Point;
      const x = (this.#x[driver] = this.#east(point));
      const y = (this.#y[driver] = this.#north(point));
      if (x < minX) minX = x;
      if (x > maxX) maxX = x;
      if (y < minY) minY = y;
      if (y > maxY) maxY = y;
    }
    [this.#minX, this.#minY] = [minX, minY];
    const [width, height] = [maxX - minX + 1, maxY - minY + 1];
    const cells = Math.min(MAX_CELLS, Math.max(1, count / DRIVERS_PER_CELL));
    // Long and narrow areas would have too many cells one way.
    this.#cellM = Math.max(Math.sqrt((width * height) / cells), width / cells, height / cells, 1);
    this.#columns = Math.ceil(width / this.#cellM);
    this.#rows = Math.ceil(height / this.#cellM);
    this.#heads = new Int32Array(this.#columns * this.#rows).fill(NONE);
    for (let driver = count - 1; driver >= 0; driver--) {
      const cell = this.#cellAt(this.#x[driver] as number, this.#y[driver] as number);
      this.#next[driver] = this.#heads[cell] as number;
      this.#heads[cell] = driver;
    }
  }

  /**
   * Writes the drivers with the least distance by air plus head start to `found`, best first, and returns how many:
   * at most as many as `found` holds, within `radiusM`. Of equals the lower number comes first.
   */
  nearest(point: Point, radiusM: number, found: NearestDrivers, may: (driver: number) => boolean): void {
    const [x, y] = [this.#east(point), this.#north(point)];
    const column = clamp(Math.floor((x - this.#minX) / this.#cellM), this.#columns);
    const row = clamp(Math.floor((y - this.#minY) / this.#cellM), this.#rows);
    found.clear();
    const rings = Math.max(this.#columns, this.#rows);
    for (let ring = 0; ring <= rings; ring++) {
      // Whoever is in this ring is at least so far away.
      const leastM = (ring - 1) * this.#cellM - this.#outsideM(x, y);
      if (leastM > radiusM || leastM > found.limit) return;
      this.#scanRing(column, row, ring, (driver) => {
        const dx = (this.#x[driver] as number) - x;
        const dy = (this.#y[driver] as number) - y;
        const distanceM = Math.sqrt(dx * dx + dy * dy);
        if (distanceM > radiusM) return;
        const key = distanceM + (this.#handicapsM[driver] as number);
        if (found.wants(driver, key) && may(driver)) found.add(driver, key);
      });
    }
  }

  #scanRing(column: number, row: number, ring: number, visit: (driver: number) => void): void {
    for (let r = Math.max(0, row - ring); r <= Math.min(this.#rows - 1, row + ring); r++) {
      const isEnd = r === row - ring || r === row + ring;
      const step = isEnd || ring === 0 ? 1 : 2 * ring;
      for (let c = column - ring; c <= column + ring; c += step)
        if (c >= 0 && c < this.#columns) this.#scanCell(r * this.#columns + c, visit);
    }
  }

  #scanCell(cell: number, visit: (driver: number) => void): void {
    for (let driver = this.#heads[cell] as number; driver !== NONE; driver = this.#next[driver] as number)
      visit(driver);
  }

  /** How far a place is from the grid. */
  #outsideM(x: number, y: number): number {
    const dx = Math.max(0, this.#minX - x, x - this.#minX - this.#columns * this.#cellM);
    const dy = Math.max(0, this.#minY - y, y - this.#minY - this.#rows * this.#cellM);
    return -Math.hypot(dx, dy);
  }

  #cellAt(x: number, y: number): number {
    const column = clamp(Math.floor((x - this.#minX) / this.#cellM), this.#columns);
    return clamp(Math.floor((y - this.#minY) / this.#cellM), this.#rows) * this.#columns + column;
  }

  #east({ lng }: Point): number {
    const delta = lng - this.#origin.lng;
    return (delta > 180 ? delta - 360 : delta < -180 ? delta + 360 : delta) * this.#metersPerLng;
  }

  #north({ lat }: Point): number {
    return (lat - this.#origin.lat) * METERS_PER_DEGREE;
  }
}

/** The best few of what is offered, by key; one list is used again and again. */
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

  /** Whoever has a higher key is not wanted any more. */
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

function clamp(value: number, count: number): number {
  return Math.min(count - 1, Math.max(0, value));
}
