import { putCartesian } from './cartesian.ts';
import { PointGrid, type GridVisitor } from './point-grid.ts';
import type { Point } from './point.ts';

/** Looks up the node nearest to a point, by great circle; exact anywhere on earth. */
export class NodeGrid {
  readonly #grid: PointGrid;
  readonly #lats: Float64Array;
  readonly #lngs: Float64Array;
  readonly #nearest = new NearestNode();

  /** @throws RangeError without nodes */
  constructor(lats: Float64Array, lngs: Float64Array) {
    if (lats.length === 0) throw new RangeError('a street graph needs at least one node');
    [this.#lats, this.#lngs] = [lats, lngs];
    const triples = new Float64Array(3 * lats.length);
    for (let node = 0; node < lats.length; node++)
      putCartesian(triples, node, lats[node] as number, lngs[node] as number);
    this.#grid = new PointGrid(triples);
  }

  /** Index of the node nearest to the point; the lowest index in a tie. */
  nearest({ lat, lng }: Point): number {
    this.#nearest.clear();
    this.#grid.search(lat, lng, this.#nearest);
    return this.#nearest.node;
  }

  /** Position of the node nearest to the point. */
  nearestPoint(point: Point): Point {
    const node = this.nearest(point);
    return { lat: this.#lats[node] as number, lng: this.#lngs[node] as number };
  }
}

class NearestNode implements GridVisitor {
  node = -1;
  #squareM = Infinity;

  get limitM(): number {
    return Math.sqrt(this.#squareM);
  }

  clear(): void {
    this.node = -1;
    this.#squareM = Infinity;
  }

  visit(node: number, squareM: number): void {
    if (squareM > this.#squareM || (squareM === this.#squareM && node > this.node)) return;
    this.node = node;
    this.#squareM = squareM;
  }
}
