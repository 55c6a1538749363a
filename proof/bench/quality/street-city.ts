import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  HOURS_PER_DAY,
  parseStreetGraph,
  parseTrips,
  TravelTable,
  type Point,
  type RecordedTrip,
  type StreetGraph,
} from '#libs/geo';

const S_PER_HOUR = 3_600;
/** Travel time tables kept, one per hour; each takes four bytes per pair of intersections. */
const MAX_TABLES = 2;

/** A request of the recorded day, on the street network. */
export interface Ride {
  readonly requestedAtS: number;
  readonly from: number;
  readonly to: number;
  readonly rideS: number;
}

/** A street network with its travel times and requests. */
export class StreetCity {
  readonly graph: StreetGraph;
  /** One object for each intersection, so that points can be compared by identity. */
  readonly points: readonly Point[];
  /** In the order of the requests; without those that begin and end at the same intersection. */
  readonly rides: readonly Ride[];
  readonly #nodes: ReadonlyMap<Point, number>;
  readonly #tables = new Map<number, TravelTable>();

  constructor(graph: StreetGraph, trips: readonly RecordedTrip[]) {
    this.graph = graph;
    this.points = Array.from({ length: graph.nodeCount }, (_, node) => graph.point(node));
    this.#nodes = new Map(this.points.map((point, node) => [point, node]));
    this.rides = trips
      .map(({ requestedAtS, pickup, dropoff, tripS }) => ({
        requestedAtS,
        from: graph.nearestNode(pickup),
        to: graph.nearestNode(dropoff),
        rideS: Math.max(1, tripS),
      }))
      .filter(({ from, to }) => from !== to)
      .sort((a, b) => a.requestedAtS - b.requestedAtS);
  }

  static open(streetsDirectory: string, tripsFile: string): StreetCity {
    const read = (name: string): string => readFileSync(join(streetsDirectory, name), 'utf8');
    const graph = parseStreetGraph(read('nodes.csv'), read('edges.csv'));
    return new StreetCity(graph, parseTrips(readFileSync(tripsFile, 'utf8'), tripsFile));
  }

  /** The travel times of the hour. Computing them takes a second or two. */
  tableAt(atS: number): TravelTable {
    const hour = Math.floor(atS / S_PER_HOUR) % HOURS_PER_DAY;
    const known = this.#tables.get(hour);
    if (known !== undefined) return known;
    const table = TravelTable.of(this.graph, hour, { withNextNodes: true });
    for (const oldest of this.#tables.keys()) {
      if (this.#tables.size < MAX_TABLES) break;
      this.#tables.delete(oldest);
    }
    this.#tables.set(hour, table);
    return table;
  }

  /** The intersection of one of {@link points}. */
  nodeOf(point: Point): number {
    const node = this.#nodes.get(point);
    if (node === undefined) throw new RangeError('not a point of this city');
    return node;
  }
}
