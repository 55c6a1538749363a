import type { RowReason, TableError } from './csv-table.ts';
import type { StreetFileNames, StreetNetwork } from './street-network.ts';

/** How many unusable rows of a report are listed one by one; all of them are counted. */
export const MAX_LISTED_ROWS = 1_000;
/** How many unusable rows and street parts the text of a report shows. */
const MAX_SHOWN = 10;
/** How many street parts a report lists, the largest first. */
const MAX_LISTED_PARTS = 100;

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

/** What happened to the data of a city; written as JSON. */
export interface DataReport {
  readonly files: readonly FileReport[];
  /** The first {@link MAX_LISTED_ROWS}. */
  readonly unusable_rows: readonly UnusableRow[];
  readonly street_parts: {
    readonly count: number;
    readonly served: number;
    /** The largest ones, and one node of each. */
    readonly largest: readonly { nodes: number; lat: number; lng: number; is_served: boolean }[];
  };
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

export function dataReport(network: StreetNetwork, names: StreetFileNames, trips?: UsedTrips): DataReport {
  const { graph, parts, nodesRead, edgesRead } = network;
  return {
    files: [
      streetFile(names.nodes, nodesRead, graph.nodeCount),
      streetFile(names.edges, edgesRead, graph.edgeCount),
      ...(trips === undefined ? [] : [tripsFile(trips)]),
    ],
    unusable_rows: (trips?.errors ?? [])
      .slice(0, MAX_LISTED_ROWS)
      .map(({ file, line, column, problem }) => ({ file, line, column, problem })),
    street_parts: {
      count: parts.length,
      served: parts.filter(({ isServed }) => isServed).length,
      largest: parts
        .slice(0, MAX_LISTED_PARTS)
        .map(({ nodes, at, isServed }) => ({ nodes, lat: at.lat, lng: at.lng, is_served: isServed })),
    },
    snap_m: trips === undefined ? null : snapDistances(trips.snapsM),
    midnights: trips?.midnights ?? [],
  };
}

/** The report as lines of text. */
export function dataReportLines(report: DataReport): string[] {
  const { count, served, largest } = report.street_parts;
  const shownParts = largest.slice(0, MAX_SHOWN).map(({ nodes, lat, lng, is_served: isServed }) => {
    return `${nodes} nodes at ${lat},${lng}${isServed ? '' : ' (not served)'}`;
  });
  const shownRows = report.unusable_rows.slice(0, MAX_SHOWN);
  const unusable = report.files.reduce((sum, { file, rows_unusable: rows }) => {
    return report.unusable_rows.some((row) => row.file === file) ? sum + rows : sum;
  }, 0);
  return [
    ...report.files.map(fileLine),
    `street parts: ${count}, served ${served}: ${shownParts.join('; ')}${count > shownParts.length ? '; …' : ''}`,
    ...(report.snap_m === null
      ? []
      : [`snap distance: p50 ${report.snap_m.p50} m, p99 ${report.snap_m.p99} m`]),
    ...report.midnights.map((line) => `midnight at line ${line}: a day is added from there on`),
    ...shownRows.map(
      ({ file, line, column, problem }) => `${file}, line ${line}, column ${column}: ${problem}`,
    ),
    ...(unusable > shownRows.length ? [`… and ${unusable - shownRows.length} more unusable rows`] : []),
  ];
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
