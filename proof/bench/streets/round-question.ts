import {
  shortDistanceM,
  type EtaTable,
  type Point,
  type SparseEtaQuestion,
  type StreetGraph,
} from '#libs/geo';

const PICKUPS = 200;
const ORIGINS = 1_000;
const CANDIDATES = 24;
/** Maximum distance of points from their crossing, in degrees. */
const OFF_CROSSING = 0.0003;

/** The query of a round: each pickup with its nearest drivers by straight line. */
export function roundQuestion(graph: StreetGraph, random: () => number): SparseEtaQuestion {
  const somewhere = (): Point => {
    const { lat, lng } = graph.point(Math.floor(random() * graph.nodeCount));
    return { lat: lat + (random() - 0.5) * OFF_CROSSING, lng: lng + (random() - 0.5) * OFF_CROSSING };
  };
  const pickups = Array.from({ length: PICKUPS }, somewhere);
  const origins = Array.from({ length: ORIGINS }, somewhere);
  const columns = pickups.flatMap((pickup) =>
    origins
      .map((origin, column) => ({ column, distanceM: shortDistanceM(origin, pickup) }))
      .sort((a, b) => a.distanceM - b.distanceM)
      .slice(0, CANDIDATES)
      .map(({ column }) => column),
  );
  return {
    pickups,
    origins,
    rowStarts: Uint32Array.from({ length: PICKUPS + 1 }, (_, row) => row * CANDIDATES),
    columns: Uint32Array.from(columns),
  };
}

/** The same query, one pickup at a time. */
export function askedByPickup(table: EtaTable, question: SparseEtaQuestion, atMs: number): Float64Array {
  const seconds = new Float64Array(question.columns.length);
  for (const [row, pickup] of question.pickups.entries()) {
    const first = question.rowStarts[row] ?? 0;
    const columns = question.columns.subarray(first, question.rowStarts[row + 1]);
    const origins = Array.from(columns, (column) => question.origins[column] ?? pickup);
    seconds.set(table.etasToPickup(pickup, origins, atMs), first);
  }
  return seconds;
}

/** The largest difference between two results; `Infinity` if only one of them has a route. */
export function farthestApartS(some: Float64Array, others: Float64Array): number {
  return some.reduce((most, seconds, place) => {
    const other = others[place] ?? Number.NaN;
    return seconds === other ? most : Math.max(most, Math.abs(seconds - other));
  }, 0);
}
