import {
  cellKeyFromH3,
  cellKeyToH3,
  chordSquared,
  distanceToPlane,
  putCartesian,
  type CellKey,
} from '#libs/geo';
import { cellToBoundary, cellToLatLng, gridDisk } from 'h3-js';

/** How far H3's rounding may move the border of a cell, with a generous margin. */
const BORDER_SLACK_M = 1;
/** How many neighbours a cell has at most. */
const MAX_NEIGHBORS = 6;
/** How many corners a cell has at most: a pentagon's 5, and 5 more where edges of the icosahedron cross it. */
const MAX_CORNERS = 10;
const NONE = -1;

/**
 * H3 cells, numbered densely in the order of first use, so that typed arrays hold the properties of a cell under its
 * number. Neighbours are looked up once.
 */
export class CellGraph {
  readonly capacity: number;
  /** Centres as coordinate triples (see libs/geo/cartesian.ts). */
  readonly centers: Float64Array;
  /** Upper bound for the distance of a place in the cell from its centre, in metres by chord. */
  readonly outerRadiiM: Float64Array;
  /** Every place nearer to the centre than this (squared) is in the cell. */
  readonly #innerRadiiSquared: Float64Array;
  readonly #neighbors: Int32Array;
  readonly #neighborsKnown: Uint8Array;
  readonly #keys: Float64Array;
  readonly #numbers = new Map<CellKey, number>();
  readonly #corners = new Float64Array(3 * MAX_CORNERS);

  constructor(capacity: number) {
    this.capacity = capacity;
    this.centers = new Float64Array(3 * capacity);
    this.outerRadiiM = new Float64Array(capacity);
    this.#innerRadiiSquared = new Float64Array(capacity);
    this.#neighbors = new Int32Array(MAX_NEIGHBORS * capacity);
    this.#neighborsKnown = new Uint8Array(capacity);
    this.#keys = new Float64Array(capacity);
  }

  get size(): number {
    return this.#numbers.size;
  }

  keyOf(cell: number): CellKey {
    return this.#keys[cell] as number;
  }

  /**
   * The number of a cell; assigns one to a new cell.
   * @throws RangeError if the graph is full: check `size` first
   */
  numberOf(key: CellKey): number {
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const cell = this.#numbers.size;
    if (cell >= this.capacity) throw new RangeError(`a cell graph of ${this.capacity} cells is full`);
    this.#numbers.set(key, cell);
    this.#keys[cell] = key;
    this.#neighborsKnown[cell] = 0;
    this.#measure(cell, cellKeyToH3(key));
    return cell;
  }

  /** True only for places inside the cell by a margin, so that most pings need no H3 conversion. */
  surelyContains(cell: number, places: Float64Array, index: number): boolean {
    return chordSquared(this.centers, cell, places, index) < (this.#innerRadiiSquared[cell] as number);
  }

  /** The number of the neighbour in a direction from 0 to 5; -1 if there is none. */
  neighbor(cell: number, direction: number): number {
    if (this.#neighborsKnown[cell] === 0) this.#linkNeighbors(cell);
    return this.#neighbors[MAX_NEIGHBORS * cell + direction] as number;
  }

  clear(): void {
    this.#numbers.clear();
  }

  #linkNeighbors(cell: number): void {
    const around = gridDisk(cellKeyToH3(this.keyOf(cell)), 1);
    let direction = MAX_NEIGHBORS * cell;
    for (const h3 of around) {
      const neighbor = this.numberOf(cellKeyFromH3(h3));
      if (neighbor !== cell) this.#neighbors[direction++] = neighbor;
    }
    this.#neighbors.fill(NONE, direction, MAX_NEIGHBORS * (cell + 1));
    this.#neighborsKnown[cell] = 1;
  }

  #measure(cell: number, h3: string): void {
    const [lat, lng] = cellToLatLng(h3);
    putCartesian(this.centers, cell, lat, lng);
    const corners = cellToBoundary(h3);
    corners.forEach(([cornerLat, cornerLng], corner) =>
      putCartesian(this.#corners, corner, cornerLat, cornerLng),
    );
    let outerSquared = 0;
    let inner = Infinity;
    for (let corner = 0; corner < corners.length; corner++) {
      const next = (corner + 1) % corners.length;
      outerSquared = Math.max(outerSquared, chordSquared(this.centers, cell, this.#corners, corner));
      inner = Math.min(inner, distanceToPlane(this.centers, cell, this.#corners, corner, next));
    }
    this.outerRadiiM[cell] = Math.sqrt(outerSquared) + BORDER_SLACK_M;
    this.#innerRadiiSquared[cell] = Math.max(0, inner - BORDER_SLACK_M) ** 2;
  }
}
