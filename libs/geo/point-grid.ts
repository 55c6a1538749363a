import { chordSquared, putCartesian } from './cartesian.ts';

/** How many points a square holds on average. */
const POINTS_PER_SQUARE = 2;
/**
 * By how much rounding may distort a distance: coordinates of some 6,000 km are rounded to a nanometre. No square is
 * skipped for less than this.
 */
const ROUNDING_M = 1e-6;

/** Receives the points that a search of a {@link PointGrid} finds. */
export interface GridVisitor {
  /** The search ends when all remaining points are farther than this, by chord. May shrink during the search. */
  readonly limitM: number;
  /** @param squareM squared chord between the point and the place searched from, in square metres */
  visit(point: number, squareM: number): void;
}

/**
 * Points anywhere on earth, searched from near to far, in squares on the tangent plane at the first point. A projection
 * shortens, so a distance on the plane is never above the chord, and skipped rings of squares hide no nearer point at
 * any latitude, across the antimeridian or at the poles. Within some hundred kilometres of the first point both
 * distances nearly agree, so a search visits few points.
 */
export class PointGrid {
  readonly #triples: Float64Array;
  readonly #plane: TangentPlane;
  readonly #minX: number;
  readonly #minY: number;
  readonly #squareM: number;
  readonly #columns: number;
  readonly #rows: number;
  /** Points of square s: `#members[#starts[s]]` up to `#members[#starts[s + 1]]`, in index order. */
  readonly #starts: Uint32Array;
  readonly #members: Uint32Array;
  readonly #from = new Float64Array(3);

  /** @param triples coordinates of the points (see cartesian.ts); not copied */
  constructor(triples: Float64Array) {
    this.#triples = triples;
    this.#plane = new TangentPlane(triples);
    const count = triples.length / 3;
    const [xs, ys] = [new Float64Array(count), new Float64Array(count)];
    for (let point = 0; point < count; point++) {
      xs[point] = this.#plane.x(triples, point);
      ys[point] = this.#plane.y(triples, point);
    }
    const [minX, maxX] = extent(xs);
    const [minY, maxY] = extent(ys);
    [this.#minX, this.#minY] = [minX, minY];
    const [width, height] = [maxX - minX, maxY - minY];
    const squares = Math.max(1, count / POINTS_PER_SQUARE);
    // The second term bounds the number of squares when all points lie on one line.
    this.#squareM = Math.max(Math.sqrt((width * height) / squares), Math.max(width, height) / squares, 1);
    this.#columns = Math.floor(width / this.#squareM) + 1;
    this.#rows = Math.floor(height / this.#squareM) + 1;
    this.#starts = new Uint32Array(this.#columns * this.#rows + 1);
    this.#members = new Uint32Array(count);
    this.#sortIntoSquares(xs, ys);
  }

  /** Passes points to the visitor, ring by ring, until no remaining point can be within its limit. */
  search(lat: number, lng: number, visitor: GridVisitor): void {
    putCartesian(this.#from, 0, lat, lng);
    const [x, y] = [this.#plane.x(this.#from, 0), this.#plane.y(this.#from, 0)];
    const [column, row] = [this.#column(x), this.#row(y)];
    const outsideM = this.#outsideM(x, y);
    const lastRing = Math.max(column, this.#columns - 1 - column, row, this.#rows - 1 - row);
    for (let ring = 0; ring <= lastRing; ring++) {
      // A square of this ring is at least `ring - 1` squares away along one axis. For a place outside the grid it is
      // also at least as far as the grid, maybe along the other axis: so the hypotenuse, not the sum.
      const leastM = Math.hypot(Math.max(0, ring - 1) * this.#squareM, outsideM);
      if (leastM - ROUNDING_M > visitor.limitM) return;
      this.#visitRing(column, row, ring, visitor);
    }
  }

  /** Visits the squares of the grid that are exactly `ring` steps from the middle. */
  #visitRing(column: number, row: number, ring: number, visitor: GridVisitor): void {
    const lastRow = Math.min(this.#rows - 1, row + ring);
    for (let r = Math.max(0, row - ring); r <= lastRow; r++) {
      const [west, east] = [column - ring, column + ring];
      if (r === row - ring || r === row + ring) {
        const last = Math.min(this.#columns - 1, east);
        for (let c = Math.max(0, west); c <= last; c++) this.#visitSquare(r * this.#columns + c, visitor);
      } else {
        if (west >= 0) this.#visitSquare(r * this.#columns + west, visitor);
        if (east < this.#columns) this.#visitSquare(r * this.#columns + east, visitor);
      }
    }
  }

  #visitSquare(square: number, visitor: GridVisitor): void {
    const end = this.#starts[square + 1] as number;
    for (let place = this.#starts[square] as number; place < end; place++) {
      const point = this.#members[place] as number;
      visitor.visit(point, chordSquared(this.#triples, point, this.#from, 0));
    }
  }

  /** Distance of a place from the grid, on the plane. */
  #outsideM(x: number, y: number): number {
    const dx = Math.max(0, this.#minX - x, x - this.#minX - this.#columns * this.#squareM);
    const dy = Math.max(0, this.#minY - y, y - this.#minY - this.#rows * this.#squareM);
    return Math.hypot(dx, dy);
  }

  #column(x: number): number {
    return clamp(Math.floor((x - this.#minX) / this.#squareM), this.#columns - 1);
  }

  #row(y: number): number {
    return clamp(Math.floor((y - this.#minY) / this.#squareM), this.#rows - 1);
  }

  #sortIntoSquares(xs: Float64Array, ys: Float64Array): void {
    const count = this.#members.length;
    const squareOf = new Uint32Array(count);
    const starts = this.#starts;
    for (let point = 0; point < count; point++) {
      const square = this.#row(ys[point] as number) * this.#columns + this.#column(xs[point] as number);
      squareOf[point] = square;
      addTo(starts, square + 1, 1);
    }
    for (let square = 1; square < starts.length; square++)
      addTo(starts, square, starts[square - 1] as number);
    const next = starts.slice();
    for (let point = 0; point < count; point++) {
      const square = squareOf[point] as number;
      this.#members[next[square] as number] = point;
      addTo(next, square, 1);
    }
  }
}

/** Metres east and north on the tangent plane at the first of some points. */
class TangentPlane {
  readonly #eastX: number;
  readonly #eastY: number;
  readonly #northX: number;
  readonly #northY: number;
  readonly #northZ: number;

  constructor(triples: Float64Array) {
    const [x = 1, y = 0, z = 0] = triples;
    const lng = Math.atan2(y, x);
    const lat = Math.atan2(z, Math.hypot(x, y));
    [this.#eastX, this.#eastY] = [-Math.sin(lng), Math.cos(lng)];
    this.#northX = -Math.sin(lat) * Math.cos(lng);
    this.#northY = -Math.sin(lat) * Math.sin(lng);
    this.#northZ = Math.cos(lat);
  }

  x(triples: Float64Array, index: number): number {
    return this.#eastX * (triples[3 * index] as number) + this.#eastY * (triples[3 * index + 1] as number);
  }

  y(triples: Float64Array, index: number): number {
    return (
      this.#northX * (triples[3 * index] as number) +
      this.#northY * (triples[3 * index + 1] as number) +
      this.#northZ * (triples[3 * index + 2] as number)
    );
  }
}

function addTo(counts: Uint32Array, index: number, amount: number): void {
  counts[index] = (counts[index] as number) + amount;
}

function clamp(value: number, max: number): number {
  return Math.min(max, Math.max(0, value));
}

/** Minimum and maximum; 0 and 0 without values. */
function extent(values: Float64Array): [min: number, max: number] {
  let [min, max] = [values[0] ?? 0, values[0] ?? 0];
  for (let index = 1; index < values.length; index++) {
    const value = values[index] as number;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return [min, max];
}
