import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  DEFAULT_RIDE_CUT_OFF_S,
  etaOnTables,
  HOURS_PER_DAY,
  readRecordedCity,
  TravelTable,
  type DataReport,
  type EtaTable,
  type Point,
  type RecordedTrip,
  type StreetGraph,
} from '#libs/geo';

const S_PER_HOUR = 3_600;
const MS_PER_HOUR = S_PER_HOUR * 1_000;
/** Speed between a point and the nearest street: the default of the services. */
const ACCESS_SPEED_MPS = 7;
/** Travel time tables kept, one per hour; each takes four bytes per pair of intersections. */
const MAX_TABLES = 6;

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
  /** The travel times that services tell: those of the street network, as live. */
  readonly toldTimes: EtaTable;
  readonly #nodes: ReadonlyMap<Point, number>;
  readonly #tables = new Map<number, TravelTable>();

  constructor(graph: StreetGraph, trips: readonly RecordedTrip[]) {
    this.graph = graph;
    this.toldTimes = etaOnTables(graph, (hour) => this.#tableOf(hour), {
      accessSpeedMps: ACCESS_SPEED_MPS,
      localHour: (atMs) => Math.floor(atMs / MS_PER_HOUR) % HOURS_PER_DAY,
      cutOffS: DEFAULT_RIDE_CUT_OFF_S,
    });
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

  /**
   * Reads a city from its files.
   * @throws TableError for files that cannot be read, and for trips of which none can be used
   */
  static open(streetsDirectory: string, tripsFile: string): { city: StreetCity; report: DataReport } {
    const read = (file: string) => ({ file, text: readFileSync(file, 'utf8') });
    const { graph, trips, report } = readRecordedCity({
      nodes: read(join(streetsDirectory, 'nodes.csv')),
      edges: read(join(streetsDirectory, 'edges.csv')),
      trips: read(tripsFile),
    });
    return { city: new StreetCity(graph, trips), report };
  }

  /** The travel times of the hour. Computing them takes a second or two. */
  tableAt(atS: number): TravelTable {
    return this.#tableOf(Math.floor(atS / S_PER_HOUR) % HOURS_PER_DAY);
  }

  #tableOf(hour: number): TravelTable {
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

  pointOf(node: number): Point {
    const point = this.points[node];
    if (point === undefined) throw new RangeError(`no intersection ${node} in this city`);
    return point;
  }

  /** The intersection nearest to a point. */
  nodeOf(point: Point): number {
    return this.#nodes.get(point) ?? this.graph.nearestNode(point);
  }
}
