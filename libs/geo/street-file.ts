import { LATITUDE, LONGITUDE, WHOLE, type NumberRule } from './csv-numbers.ts';
import { readTable, TableError, type CompleteTable } from './csv-table.ts';
import { impossibleDrive, SEGMENT_ROUNDING_S } from './plausible-speed.ts';

/** How many segment times, one per hour of the day, a street file gives. */
export const HOURS_PER_DAY = 24;

/** How long a segment may take: a ferry of a day. A longer time has another unit. */
export const MAX_SEGMENT_S = 86_400;

const SEGMENT_TIME: NumberRule = {
  is: (value) => value >= 0 && value <= MAX_SEGMENT_S,
  words: `a number of seconds, 0 to ${MAX_SEGMENT_S}`,
};

/** An intersection. */
export interface StreetNode {
  readonly id: number;
  readonly lat: number;
  readonly lng: number;
}

/** A directed street segment between two intersections. */
export interface StreetEdge {
  readonly from: number;
  readonly to: number;
  /** Seconds to drive it, one entry per hour of the day ({@link HOURS_PER_DAY}). */
  readonly secondsByHour: readonly number[];
}

const HOUR_COLUMNS = Array.from({ length: HOURS_PER_DAY }, (_, hour) => `s${String(hour).padStart(2, '0')}`);

/**
 * Reads `node_id,lat,lon`.
 * @throws TableError that names file, line and column; also for a duplicate id, and for a file without nodes
 */
export function parseStreetNodes(text: string, file = 'nodes.csv'): StreetNode[] {
  return readStreetNodes(text, file).results;
}

/** As {@link parseStreetNodes}, with the line of each node. */
export function readStreetNodes(text: string, file = 'nodes.csv'): CompleteTable<StreetNode> {
  const lineOf = new Map<number, number>();
  const table = readTable(file, text, ['node_id', 'lat', 'lon'], (row) => {
    const node = { id: row.number(0, WHOLE), lat: row.number(1, LATITUDE), lng: row.number(2, LONGITUDE) };
    const earlier = lineOf.get(node.id);
    if (earlier !== undefined) throw row.error(0, `node ${node.id} is on line ${earlier} already`);
    lineOf.set(node.id, row.line);
    return node;
  });
  if (table.results.length === 0)
    throw new TableError(file, 1, 'node_id', 'expected at least one row, got none');
  return table;
}

/**
 * Reads `from,to,s00,…,s23`.
 * @param nodes that the segments may reference
 * @throws TableError that names file, line and column; also for an end that is not a node, and for a segment that no
 *   vehicle drives in its time
 */
export function parseStreetEdges(
  text: string,
  nodes: readonly StreetNode[],
  file = 'edges.csv',
): StreetEdge[] {
  return readStreetEdges(text, nodes, file).results;
}

/** As {@link parseStreetEdges}, with the line of each segment. */
export function readStreetEdges(
  text: string,
  nodes: readonly StreetNode[],
  file = 'edges.csv',
): CompleteTable<StreetEdge> {
  const places = new Map(nodes.map((node) => [node.id, node]));
  return readTable(file, text, ['from', 'to', ...HOUR_COLUMNS], (row) => {
    const end = (column: number): StreetNode => {
      const id = row.number(column, WHOLE);
      const node = places.get(id);
      if (node === undefined) throw row.error(column, `there is no node ${id}`);
      return node;
    };
    const [from, to] = [end(0), end(1)];
    const secondsByHour = HOUR_COLUMNS.map((_, hour) => row.number(2 + hour, SEGMENT_TIME));
    const least = Math.min(...secondsByHour);
    const impossible = impossibleDrive(from, to, least, SEGMENT_ROUNDING_S);
    if (impossible !== undefined)
      throw row.error(2 + secondsByHour.indexOf(least), impossible, 'impossible_speed');
    return { from: from.id, to: to.id, secondsByHour };
  });
}
