import { METERS_PER_DEGREE, wrapLngDelta, type Point } from './point.ts';

/** Squares are sized so that about this many nodes share one. */
const NODES_PER_SQUARE = 2;

/**
 * Nearest-node look-up: the nodes on a plane (metres east and north of the first, which is right within a
 * metropolitan area), sorted into squares; a query looks at rings of squares until no nearer node is possible.
 */
export class NodeGrid {
  readonly #originLat: number;
  readonly #originLng: number;
  readonly #metersPerLng: number;
  readonly #xs: Float64Array;
  readonly #ys: Float64Array;
  readonly #minX: number;
  readonly #minY: number;
  readonly #squareM: number;
  readonly #columns: number;
  readonly #rows: number;
  /** Nodes of square s: `#members[#starts[s]]` up to `#members[#starts[s + 1]]`. */
  readonly #starts: Uint32Array;
  readonly #members: Uint32Array;

  /** @throws RangeError when there are no nodes */
  constructor(lats: Float64Array, lngs: Float64Array) {
    if (lats.length === 0) throw new RangeError('a street graph needs at least one node');
    this.#originLat = lats[0] as number;
    this.#originLng = lngs[0] as number;
    this.#metersPerLng = METERS_PER_DEGREE * Math.cos((this.#originLat * Math.PI) / 180);
    this.#xs = lngs.map((lng) => this.#x(lng));
    this.#ys = lats.map((lat) => this.#y(lat));
    const [minX, maxX] = extent(this.#xs);
    const [minY, maxY] = extent(this.#ys);
    this.#minX = minX;
    this.#minY = minY;
    const [width, height] = [maxX - minX, maxY - minY];
    const squares = Math.max(1, lats.length / NODES_PER_SQUARE);
    // The second term bounds the number of squares when all nodes lie on one line.
    this.#squareM = Math.max(Math.sqrt((width * height) / squares), Math.max(width, height) / squares, 1);
    this.#columns = Math.floor(width / this.#squareM) + 1;
    this.#rows = Math.floor(height / this.#squareM) + 1;
    this.#starts = new Uint32Array(this.#columns * this.#rows + 1);
    this.#members = new Uint32Array(lats.length);
    this.#sortIntoSquares();
  }

  /** Index of the node nearest to the point; of equally near ones the lowest. */
  nearest(point: Point): number {
    const x = this.#x(point.lng);
    const y = this.#y(point.lat);
    const column = this.#column(x);
    const row = this.#row(y);
    let best = -1;
    let bestSquared = Infinity;
    const farthestRing = Math.max(this.#columns, this.#rows);
    for (let ring = 0; ring <= farthestRing; ring++) {
      // Squares of this ring and beyond are at least this far from any point of the middle square, and farther from one
      // outside the grid.
      const atLeastM = (ring - 1) * this.#squareM;
      if (best >= 0 && atLeastM > 0 && atLeastM * atLeastM > bestSquared) break;
      for (const square of this.#squaresAt(column, row, ring)) {
        const end = this.#starts[square + 1] as number;
        for (let place = this.#starts[square] as number; place < end; place++) {
          const node = this.#members[place] as number;
          const squared = ((this.#xs[node] as number) - x) ** 2 + ((this.#ys[node] as number) - y) ** 2;
          if (squared < bestSquared || (squared === bestSquared && node < best)) {
            best = node;
            bestSquared = squared;
          }
        }
      }
    }
    return best;
  }

  #x(lng: number): number {
    return wrapLngDelta(lng - this.#originLng) * this.#metersPerLng;
  }

  #y(lat: number): number {
    return (lat - this.#originLat) * METERS_PER_DEGREE;
  }

  #column(x: number): number {
    return clamp(Math.floor((x - this.#minX) / this.#squareM), this.#columns - 1);
  }

  #row(y: number): number {
    return clamp(Math.floor((y - this.#minY) / this.#squareM), this.#rows - 1);
  }

  #squareOf(node: number): number {
    return this.#row(this.#ys[node] as number) * this.#columns + this.#column(this.#xs[node] as number);
  }

  #sortIntoSquares(): void {
    const nodeCount = this.#xs.length;
    const filled = this.#starts;
    for (let node = 0; node < nodeCount; node++) addTo(filled, this.#squareOf(node) + 1, 1);
    for (let square = 1; square < filled.length; square++)
      addTo(filled, square, filled[square - 1] as number);
    const next = filled.slice();
    for (let node = 0; node < nodeCount; node++) {
      const square = this.#squareOf(node);
      this.#members[next[square] as number] = node;
      addTo(next, square, 1);
    }
  }

  /** The squares whose distance from the middle is exactly `ring` steps, without those outside the grid. */
  *#squaresAt(column: number, row: number, ring: number): Generator<number> {
    for (let y = Math.max(0, row - ring); y <= Math.min(this.#rows - 1, row + ring); y++) {
      const isEdgeRow = Math.abs(y - row) === ring;
      const step = isEdgeRow || ring === 0 ? 1 : 2 * ring;
      for (let x = column - ring; x <= column + ring; x += step) {
        if (x >= 0 && x < this.#columns) yield y * this.#columns + x;
      }
    }
  }
}

function addTo(counts: Uint32Array, index: number, amount: number): void {
  counts[index] = (counts[index] as number) + amount;
}

function clamp(value: number, max: number): number {
  return Math.min(max, Math.max(0, value));
}

function extent(values: Float64Array): [min: number, max: number] {
  let [min, max] = [Infinity, -Infinity];
  for (const value of values) {
    min = Math.min(min, value);
    max = Math.max(max, value);
  }
  return [min, max];
}
