import type { RowReason, TableError } from './csv-table.ts';
import type { StreetFileNames, StreetNetworkOfFiles } from './street-network.ts';

/** How many unusable rows of each file a report lists one by one; all of them are counted. */
export const MAX_LISTED_ROWS = 1_000;
/** How many unusable rows of each file the text of a report shows. */
const MAX_SHOWN = 10;
/** How many street parts a report lists, the largest first; `others` counts the rest. */
export const MAX_LISTED_PARTS = 20;

/** What happened to the rows of one file. */
export interface FileReport {
  readonly file: string;
  readonly rows_read: number;
  readonly rows_used: number;
  readonly rows_unusable: number;
  /** Unusable rows by reason. */
  readonly unusable_by_reason: Readonly<Partial<Record<RowReason, number>>>;
}

export interface UnusableRow {
  readonly file: string;
  readonly line: number;
  readonly column: string;
  readonly problem: string;
}

export interface ListedPart {
  readonly nodes: number;
  readonly lat: number;
  readonly lng: number;
  readonly line: number;
  readonly is_served: boolean;
}

/** What happened to the data of a city; written as JSON. */
export interface DataReport {
  readonly files: readonly FileReport[];
  /** The first {@link MAX_LISTED_ROWS} of each file. */
  readonly unusable_rows: readonly UnusableRow[];
  readonly street_parts: {
    readonly count: number;
    readonly served: number;
    /** The largest ones: the first node of each, and its line in the file of nodes. */
    readonly largest: readonly ListedPart[];
    /** Those that are not listed. */
    readonly others: { readonly count: number; readonly nodes: number };
  };
  /** Segments from one served part to another: they are kept, but no ride uses them. */
  readonly crossing_segments: { readonly count: number; readonly lines: readonly number[] };
  /** What makes it doubtful that the values of a file are in the units of the format. */
  readonly doubts: readonly { readonly file: string; readonly problem: string }[];
  /** Metres from the ends of the used trips to their nodes; null without trips. */
  readonly snap_m: { readonly p50: number; readonly p99: number } | null;
  /** Lines of the trips file from which on a day was added. */
  readonly midnights: readonly number[];
}

/** What became of a trips file. */
export interface UsedTrips {
  readonly file: string;
  readonly used: number;
  readonly errors: readonly TableError[];
  readonly midnights: readonly number[];
  readonly snapsM: readonly number[];
}

export function dataReport(
  network: StreetNetworkOfFiles,
  names: StreetFileNames,
  trips?: UsedTrips,
): DataReport {
  const { graph, parts, nodesRead, edgesRead } = network;
  const listed = parts.slice(0, MAX_LISTED_PARTS);
  const others = parts.slice(MAX_LISTED_PARTS);
  return {
    files: [
      streetFile(names.nodes, nodesRead, graph.nodeCount),
      streetFile(names.edges, edgesRead, graph.edgeCount),
      ...(trips === undefined ? [] : [tripsFile(trips)]),
    ],
    unusable_rows: [...deadRows(network, names), ...unusableTrips(trips)],
    street_parts: {
      count: parts.length,
      served: parts.filter(({ isServed }) => isServed).length,
      largest: listed.map(({ nodes, first, at, isServed }) => {
        return { nodes, lat: at.lat, lng: at.lng, line: network.nodeLines[first] ?? 0, is_served: isServed };
      }),
      others: { count: others.length, nodes: others.reduce((sum, { nodes }) => sum + nodes, 0) },
    },
    crossing_segments: {
      count: network.crossingEdges.length,
      lines: network.crossingEdges.slice(0, MAX_LISTED_ROWS).map((place) => network.edgeLines[place] ?? 0),
    },
    doubts: network.doubts.map((problem) => ({ file: names.edges, problem })),
    snap_m: trips === undefined ? null : snapDistances(trips.snapsM),
    midnights: trips?.midnights ?? [],
  };
}

/** The nodes and segments of the dead parts, by line. */
function deadRows(network: StreetNetworkOfFiles, names: StreetFileNames): UnusableRow[] {
  const { deadNodes, deadEdges, nodeLines, edgeLines } = network;
  const rows = (file: string, column: string, places: readonly number[], lines: readonly number[]) =>
    places.slice(0, MAX_LISTED_ROWS).map((place) => {
      return { file, line: lines[place] ?? 0, column, problem: 'in a street part that is not served' };
    });
  return [
    ...rows(names.nodes, 'node_id', deadNodes, nodeLines),
    ...rows(names.edges, 'from', deadEdges, edgeLines),
  ];
}

function unusableTrips(trips: UsedTrips | undefined): UnusableRow[] {
  return (trips?.errors ?? [])
    .slice(0, MAX_LISTED_ROWS)
    .map(({ file, line, column, problem }) => ({ file, line, column, problem }));
}

/** The report as lines of text. */
export function dataReportLines(report: DataReport): string[] {
  return [
    ...report.files.map(fileLine),
    partsLine(report.street_parts),
    ...crossingLine(report.crossing_segments),
    ...report.doubts.map(({ file, problem }) => `${file}: doubtful: ${problem}`),
    ...(report.snap_m === null
      ? []
      : [`snap distance: p50 ${report.snap_m.p50} m, p99 ${report.snap_m.p99} m`]),
    ...report.midnights.map((line) => `midnight at line ${line}: a day is added from there on`),
    ...report.files.flatMap((file) => rowLines(file, report.unusable_rows)),
  ];
}

function partsLine({ count, served, largest, others }: DataReport['street_parts']): string {
  const listed = largest.map(({ nodes, lat, lng, line, is_served: isServed }) => {
    return `${nodes} nodes at ${lat},${lng} (line ${line}${isServed ? '' : ', not served'})`;
  });
  const rest = others.count === 0 ? '' : `; and ${others.count} more with ${others.nodes} nodes`;
  return `street parts: ${count}, served ${served}: ${listed.join('; ')}${rest}`;
}

function crossingLine({ count, lines: [first] }: DataReport['crossing_segments']): string[] {
  if (first === undefined) return [];
  return [
    `segments from one served part to another, which no ride uses: ${count}, the first on line ${first}`,
  ];
}

/** The first unusable rows of one file, one a line, and the number of the others. */
function rowLines({ file, rows_unusable: unusable }: FileReport, rows: readonly UnusableRow[]): string[] {
  const shown = rows.filter((row) => row.file === file).slice(0, MAX_SHOWN);
  const lines = shown.map(
    ({ line, column, problem }) => `${file}, line ${line}, column ${column}: ${problem}`,
  );
  const more = unusable - shown.length;
  return more > 0 ? [...lines, `${file}: … and ${more} more unusable rows`] : lines;
}

function fileLine({ file, ...rows }: FileReport): string {
  const reasons = Object.entries(rows.unusable_by_reason).map(([reason, count]) => `${reason} ${count}`);
  const why = reasons.length === 0 ? '' : ` (${reasons.join(', ')})`;
  return `${file}: ${rows.rows_read} rows read, ${rows.rows_used} used, ${rows.rows_unusable} unusable${why}`;
}

function streetFile(file: string, read: number, used: number): FileReport {
  const unusable = read - used;
  return {
    file,
    rows_read: read,
    rows_used: used,
    rows_unusable: unusable,
    unusable_by_reason: unusable === 0 ? {} : { dead_part: unusable },
  };
}

function tripsFile({ file, used, errors }: UsedTrips): FileReport {
  const byReason: Partial<Record<RowReason, number>> = {};
  for (const { reason } of errors) byReason[reason] = (byReason[reason] ?? 0) + 1;
  return {
    file,
    rows_read: used + errors.length,
    rows_used: used,
    rows_unusable: errors.length,
    unusable_by_reason: byReason,
  };
}

function snapDistances(snapsM: readonly number[]): DataReport['snap_m'] {
  if (snapsM.length === 0) return null;
  const sorted = Float64Array.from(snapsM).sort();
  const at = (share: number): number =>
    Math.round(10 * (sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0)) / 10;
  return { p50: at(0.5), p99: at(0.99) };
}
