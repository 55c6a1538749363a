import {
  contractionHierarchy,
  hierarchyEta,
  HierarchyRouter,
  MAX_TABLE_NODES,
  streetEta,
  StreetRouter,
  tableEta,
  TravelTable,
  type StreetGraph,
} from '#libs/geo';
import { askedByPickup, farthestApartS, roundQuestion } from './round-question.ts';
import { msOf, round, timesOf, usEach } from './timing.ts';

const MS_PER_HOUR = 3_600_000;
const LOOK_UPS = 1_000_000;
const QUERIES = 2_000;
const QUERIES_BY_SEARCH = 100;
/** Columns searched with a heap, to extrapolate to a whole table. */
const COLUMNS_BY_HEAP = 100;
const ETA_SETTINGS = { accessSpeedMps: 7, localHour: (atMs: number) => new Date(atMs).getUTCHours() };
/** A table rounds to whole seconds; a hierarchy adds the same segments in another order. */
const MAX_TABLE_ERROR_S = 0.6;
const MAX_HIERARCHY_ERROR_S = 1e-6;

export interface Questions {
  readonly hour: number;
  readonly runs: number;
  readonly random: () => number;
}

/** Table (if the network is small enough), hierarchy and plain searches on one network. */
export function measureNetwork(graph: StreetGraph, questions: Questions) {
  const hasTable = graph.nodeCount <= MAX_TABLE_NODES;
  return {
    nodes: graph.nodeCount,
    segments: graph.edgeCount,
    table: hasTable ? measureTable(graph, questions) : undefined,
    hierarchy: measureHierarchy(graph, questions),
    round: measureRound(graph, questions, hasTable),
  };
}

function measureTable(graph: StreetGraph, { hour, runs, random }: Questions) {
  const { nodeCount } = graph;
  const table = TravelTable.of(graph, hour, { withNextNodes: true });
  const [froms, tos] = [randomNodes(graph, LOOK_UPS, random), randomNodes(graph, LOOK_UPS, random)];
  const router = new StreetRouter(graph);
  const all = Uint32Array.from({ length: nodeCount }, (_, node) => node);
  const usByHeap = usEach(3, COLUMNS_BY_HEAP, (column) =>
    router.secondsTo(Math.floor((column * nodeCount) / COLUMNS_BY_HEAP), all, hour),
  );
  let sum = 0;
  const usByLookUp = usEach(runs, LOOK_UPS, (n) => {
    sum += table.secondsBetween(froms[n] ?? 0, tos[n] ?? 0);
  });
  return {
    make: timesOf(runs, () => TravelTable.of(graph, hour)),
    make_with_next_nodes: timesOf(runs, () => TravelTable.of(graph, hour, { withNextNodes: true })),
    bytes: TravelTable.of(graph, hour).byteLength,
    bytes_with_next_nodes: table.byteLength,
    ns_per_lookup: round(usByLookUp * 1_000),
    mean_s: round(sum / (LOOK_UPS * (runs + 1))),
    alternative: {
      name: 'a search with a heap from every node',
      make_ms: round((usByHeap * nodeCount) / 1_000),
      scaled_from_columns: COLUMNS_BY_HEAP,
    },
  };
}

function measureHierarchy(graph: StreetGraph, { hour, runs, random }: Questions) {
  const prepare = timesOf(Math.min(runs, 5), () => contractionHierarchy(graph, hour));
  const hierarchy = contractionHierarchy(graph, hour);
  const router = new HierarchyRouter(hierarchy);
  const search = new StreetRouter(graph);
  const [froms, tos] = [randomNodes(graph, QUERIES, random), randomNodes(graph, QUERIES, random)];
  const ask = (n: number): number => router.secondsBetween(froms[n] ?? 0, tos[n] ?? 0);
  const askSearch = (n: number): number => search.route(froms[n] ?? 0, tos[n] ?? 0, hour)?.totalS ?? Infinity;
  for (let n = 0; n < QUERIES_BY_SEARCH; n++) {
    const [found, exact] = [ask(n), askSearch(n)];
    if (found !== exact && !(Math.abs(found - exact) <= MAX_HIERARCHY_ERROR_S)) {
      throw new Error(`from ${froms[n]} to ${tos[n]}: ${found} s by the hierarchy, ${exact} s by a search`);
    }
  }
  return {
    prepare,
    upward_arcs: hierarchy.up.ends.length + hierarchy.down.ends.length,
    us_per_query: usEach(runs, QUERIES, ask),
    alternative: {
      name: 'bidirectional Dijkstra',
      us_per_query: usEach(Math.min(runs, 3), QUERIES_BY_SEARCH, askSearch),
    },
  };
}

/** 200 pickups, each with the 24 nearest of 1,000 drivers; includes the mapping of points to nodes. */
function measureRound(graph: StreetGraph, { hour, runs, random }: Questions, hasTable: boolean) {
  const question = roundQuestion(graph, random);
  const atMs = hour * MS_PER_HOUR;
  const searched = streetEta({ router: new StreetRouter(graph), ...ETA_SETTINGS });
  const exact = searched.etas(question, atMs);
  const measured = (table: ReturnType<typeof tableEta>, maxErrorS: number) => {
    const firstMs = round(msOf(() => table.etas(question, atMs)));
    const offS = farthestApartS(table.etas(question, atMs), exact);
    if (offS > maxErrorS) throw new Error(`travel times differ from those of a search by ${offS} s`);
    return {
      first_with_preparation_ms: firstMs,
      ...timesOf(runs, () => table.etas(question, atMs)),
      farthest_off_s: round(offS),
    };
  };
  return {
    pickups: question.pickups.length,
    origins: question.origins.length,
    pairs: question.columns.length,
    table: hasTable ? measured(tableEta({ graph, ...ETA_SETTINGS }), MAX_TABLE_ERROR_S) : undefined,
    hierarchy: measured(hierarchyEta({ graph, ...ETA_SETTINGS }), MAX_HIERARCHY_ERROR_S),
    search_a_pickup: timesOf(runs, () => searched.etas(question, atMs)),
    alternative: {
      name: 'one search per pickup',
      ...timesOf(runs, () => askedByPickup(searched, question, atMs)),
    },
  };
}

function randomNodes({ nodeCount }: StreetGraph, count: number, random: () => number): Uint32Array {
  return Uint32Array.from({ length: count }, () => Math.floor(random() * nodeCount));
}
