import { dataReport, type DataReport } from './data-report.ts';
import { DEFAULT_SNAP_LIMIT_M } from './street-access.ts';
import type { StreetGraph } from './street-graph.ts';
import { isPoint } from './point.ts';
import { readStreetNetwork } from './street-network.ts';
import { readTripFile, type RecordedTrip, type TripProblem } from './trip-file.ts';

/** A file and its name in errors. */
export interface NamedText {
  readonly file: string;
  readonly text: string;
}

export interface CityTexts {
  readonly nodes: NamedText;
  readonly edges: NamedText;
  readonly trips?: NamedText;
}

/** Streets, the trips that can be driven on them, and what happened to every row of their files. */
export interface RecordedCity {
  readonly graph: StreetGraph;
  /** In file order; none without a trips file. */
  readonly trips: readonly RecordedTrip[];
  readonly report: DataReport;
}

/**
 * Reads streets and recorded trips. A trip is used if both its ends are within the snap limit of a street and a route
 * can lead from one to the other; every other row is an error of the report.
 * @throws TableError for files that cannot be read, and for trips of which none can be used
 */
export function readRecordedCity(
  { nodes, edges, trips: tripsText }: CityTexts,
  snapLimitM = DEFAULT_SNAP_LIMIT_M,
): RecordedCity {
  const network = readStreetNetwork(nodes.text, edges.text, { nodes: nodes.file, edges: edges.file });
  const names = { nodes: nodes.file, edges: edges.file };
  if (tripsText === undefined) return { graph: network.graph, trips: [], report: dataReport(network, names) };
  const snapsM: number[] = [];
  const { trips, errors, midnights } = readTripFile(tripsText.text, tripsText.file, (trip) =>
    checkTrip(network.graph, trip, snapLimitM),
  );
  for (const { pickup, dropoff } of trips) {
    snapsM.push(network.graph.snap(pickup).distanceM, network.graph.snap(dropoff).distanceM);
  }
  const used = { file: tripsText.file, used: trips.length, errors, midnights, snapsM };
  return { graph: network.graph, trips, report: dataReport(network, names, used) };
}

function checkTrip(
  graph: StreetGraph,
  { pickup, dropoff }: RecordedTrip,
  limitM: number,
): TripProblem | undefined {
  const [from, to] = [graph.snap(pickup), graph.snap(dropoff)];
  for (const [column, { distanceM }, { lat, lng }] of [
    ['pickup_lat', from, pickup],
    ['dropoff_lat', to, dropoff],
  ] as const) {
    if (distanceM <= limitM) continue;
    const isSwapped = isPoint(lng, lat) && graph.snap({ lat: lng, lng: lat }).distanceM <= limitM;
    const text =
      `expected a street within ${limitM} m, got ${Math.round(distanceM)} m to the nearest one` +
      (isSwapped ? '; latitude and longitude are swapped' : '');
    return { column, text, reason: 'off_streets' };
  }
  if (from.node === to.node) {
    const text = `expected a ride, but it begins and ends at node ${graph.nodeId(from.node)}`;
    return { column: 'dropoff_lat', text, reason: 'same_intersection' };
  }
  if (graph.partOf(from.node) !== graph.partOf(to.node)) {
    const nodes = `node ${graph.nodeId(from.node)} to node ${graph.nodeId(to.node)}`;
    return { column: 'dropoff_lat', text: `no streets lead from ${nodes}`, reason: 'no_route' };
  }
  return undefined;
}
