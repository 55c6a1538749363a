import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  boundingBoxOf,
  cellsCovering,
  expandBoxM,
  formatBoundingBox,
  readRecordedCity,
  SHARD_CELL_RES,
  TableError,
  type DataReport,
  type RecordedCity,
} from '#libs/geo';
import { UserError } from '../../ops/command-line/user-error.ts';

/** The centre of Lisbon, where the built-in city lies: `south,west,north,east` in degrees. */
export const BUILT_IN_AREA = '38.700,-9.160,38.745,-9.120';

/** Margin beyond the outermost street, where drivers may be. */
const MARGIN_M = 1_000;

/** The service area, and what happened to the rows of the files; null for the built-in city. */
export interface CityData {
  readonly area: string;
  readonly report: DataReport | null;
}

/**
 * The service area: the bounds of the served streets, else the built-in city. Reads the files completely, so that errors
 * in them are found before anything starts.
 */
export function cityData({ streets, trips }: { trips?: string; streets?: string }): CityData {
  if (streets === undefined) return { area: BUILT_IN_AREA, report: null };
  const { graph, report } = read(streets, trips);
  const nodes = Array.from({ length: graph.nodeCount }, (_, node) => graph.point(node));
  const box = boundingBoxOf(nodes);
  if (box === undefined) throw new UserError(`${streets} has no streets`);
  const area = expandBoxM(box, MARGIN_M);
  try {
    cellsCovering(area, SHARD_CELL_RES);
  } catch (error) {
    const largest = report.street_parts.largest
      .filter(({ is_served: isServed }) => isServed)
      .map(({ nodes: size, lat, lng }) => `${size} nodes at ${lat},${lng}`);
    throw new UserError(
      `${streets}: the streets cover ${formatBoundingBox(area)}, more than one city: ${largest.join('; ')}`,
      { cause: error },
    );
  }
  return { area: formatBoundingBox(area), report };
}

function read(streets: string, trips: string | undefined): RecordedCity {
  const named = (file: string): { file: string; text: string } => ({
    file,
    text: readFileSync(file, 'utf8'),
  });
  try {
    const city = readRecordedCity({
      nodes: named(join(streets, 'nodes.csv')),
      edges: named(join(streets, 'edges.csv')),
      ...(trips !== undefined && { trips: named(trips) }),
    });
    const empty = city.report.files.find(({ rows_read: rows }) => rows === 0);
    if (empty !== undefined) throw new UserError(`${empty.file} has no rows`);
    return city;
  } catch (error) {
    throw error instanceof TableError ? new UserError(error.message, { cause: error }) : error;
  }
}
