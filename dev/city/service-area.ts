import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  boundingBoxOf,
  expandBoxM,
  formatBoundingBox,
  parseStreetEdges,
  parseStreetNodes,
  parseTrips,
  TableError,
  type Point,
} from '#libs/geo';
import { UserError } from '../../ops/command-line/user-error.ts';

/** The centre of Lisbon, where the built-in city lies: `south,west,north,east` in degrees. */
export const BUILT_IN_AREA = '38.700,-9.160,38.745,-9.120';

/** Margin beyond the outermost street or pickup, where drivers may be. */
const MARGIN_M = 1_000;

/**
 * The service area: the bounds of the given streets and trips, else the built-in city. Reads the files completely, so
 * that errors in them are found before anything starts.
 */
export function serviceArea(files: { trips?: string; streets?: string }): string {
  const points = [...streetPoints(files.streets), ...tripPoints(files.trips)];
  const box = boundingBoxOf(points);
  return box === undefined ? BUILT_IN_AREA : formatBoundingBox(expandBoxM(box, MARGIN_M));
}

function streetPoints(streets: string | undefined): Point[] {
  if (streets === undefined) return [];
  const nodes = read(join(streets, 'nodes.csv'), parseStreetNodes);
  read(join(streets, 'edges.csv'), (text, file) => parseStreetEdges(text, nodes, file));
  return nodes;
}

function tripPoints(trips: string | undefined): Point[] {
  if (trips === undefined) return [];
  return read(trips, parseTrips).flatMap(({ pickup, dropoff }) => [pickup, dropoff]);
}

function read<T>(file: string, parse: (text: string, file: string) => T[]): T[] {
  try {
    const rows = parse(readFileSync(file, 'utf8'), file);
    if (rows.length === 0) throw new UserError(`${file} has no rows`);
    return rows;
  } catch (error) {
    throw error instanceof TableError ? new UserError(error.message, { cause: error }) : error;
  }
}
