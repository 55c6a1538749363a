import { LATITUDE, LONGITUDE, readTable, SECONDS, WHOLE } from './csv-table.ts';

/** How many segment times, one per hour of the day, a street file gives. */
export const HOURS_PER_DAY = 24;

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
 * @throws TableError that names file, line and column; also for a duplicate id
 */
export function parseStreetNodes(text: string, file = 'nodes.csv'): StreetNode[] {
  const lineOf = new Map<number, number>();
  return readTable(file, text, ['node_id', 'lat', 'lon'], (row) => {
    const node = { id: row.number(0, WHOLE), lat: row.number(1, LATITUDE), lng: row.number(2, LONGITUDE) };
    const earlier = lineOf.get(node.id);
    if (earlier !== undefined) throw row.error(0, `node ${node.id} is on line ${earlier} already`);
    lineOf.set(node.id, row.line);
    return node;
  });
}

/**
 * Reads `from,to,s00,…,s23`.
 * @param nodes that the segments may reference
 * @throws TableError that names file, line and column; also for an end that is not a node
 */
export function parseStreetEdges(
  text: string,
  nodes: readonly StreetNode[],
  file = 'edges.csv',
): StreetEdge[] {
  const ids = new Set(nodes.map(({ id }) => id));
  return readTable(file, text, ['from', 'to', ...HOUR_COLUMNS], (row) => {
    const end = (column: number): number => {
      const id = row.number(column, WHOLE);
      if (!ids.has(id)) throw row.error(column, `there is no node ${id}`);
      return id;
    };
    return {
      from: end(0),
      to: end(1),
      secondsByHour: HOUR_COLUMNS.map((_, hour) => row.number(2 + hour, SECONDS)),
    };
  });
}
