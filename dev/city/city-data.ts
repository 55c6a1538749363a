import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  boundingBoxOf,
  cellsCovering,
  expandBoxM,
  formatBoundingBox,
  readRecordedCity,
  recordedWindow,
  SHARD_CELL_RES,
  TableError,
  tripsWithin,
  type DataReport,
  type RecordedCity,
  type RecordedTrip,
} from '#libs/geo';
import { UserError } from '../../ops/command-line/user-error.ts';
import type { CityOptions } from './options.ts';

/** The centre of Lisbon, where the built-in city lies: `south,west,north,east` in degrees. */
export const BUILT_IN_AREA = '38.700,-9.160,38.745,-9.120';

const DAY_S = 86_400;

/** Margin beyond the outermost street, where drivers may be. */
const MARGIN_M = 1_000;

/** The service area, and what happened to the rows of the files; null for the built-in city. */
export interface CityData {
  readonly area: string;
  readonly report: DataReport | null;
  /** How many recorded trips are requested, and from when; undefined without recorded trips. */
  readonly replay: string | undefined;
}

/** The files of a city, and which part of its recorded trips is replayed: by default all. */
type CityFiles = Pick<CityOptions, 'streets' | 'trips'> &
  Partial<Pick<CityOptions, 'snapLimitM' | 'fromS' | 'minutes'>>;

/**
 * The service area: the bounds of the served streets, else the built-in city. Reads the files completely, so that errors
 * in them are found before anything starts.
 */
export function cityData({ streets, trips, snapLimitM, fromS = 0, minutes = 0 }: CityFiles): CityData {
  if (streets === undefined) return { area: BUILT_IN_AREA, report: null, replay: undefined };
  const { graph, report, trips: recorded } = read(streets, trips, snapLimitM);
  const replay = trips === undefined ? undefined : replayText(trips, recorded, fromS, minutes);
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
  return { area: formatBoundingBox(area), report, replay };
}

/** @throws UserError without a trip in the window */
function replayText(file: string, trips: readonly RecordedTrip[], fromS: number, minutes: number): string {
  const window = recordedWindow(trips, fromS, minutes);
  const within = tripsWithin(trips, window);
  const span = `between ${timeOfDay(window.fromS)} and ${timeOfDay(window.toS)}`;
  const times = trips.map(({ requestedAtS }) => requestedAtS).sort((a, b) => a - b);
  const recorded = `its requests are from ${timeOfDay(times[0] ?? 0)} to ${timeOfDay(times.at(-1) ?? 0)}`;
  if (within.length === 0) throw new UserError(`${file} has no usable trip ${span}: ${recorded}`);
  const nextDay = within.filter(({ requestedAtS }) => requestedAtS >= DAY_S).length;
  const isRepeated = nextDay > 0 && (times.at(-1) ?? 0) < DAY_S;
  const again = isRepeated ? `; ${nextDay} of them after midnight, from the start of the same day` : '';
  return `${file}: ${within.length} trips ${span}${again}`;
}

/** Hours and minutes; 24:10 is ten minutes after midnight of the next day. */
function timeOfDay(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  return [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, '0')).join(':');
}

function read(streets: string, trips: string | undefined, snapLimitM: number | undefined): RecordedCity {
  const named = (file: string): { file: string; text: string } => ({
    file,
    text: readFileSync(file, 'utf8'),
  });
  try {
    const texts = {
      nodes: named(join(streets, 'nodes.csv')),
      edges: named(join(streets, 'edges.csv')),
      ...(trips !== undefined && { trips: named(trips) }),
    };
    const city = readRecordedCity(texts, snapLimitM);
    const empty = city.report.files.find(({ rows_read: rows }) => rows === 0);
    if (empty !== undefined) throw new UserError(`${empty.file} has no rows`);
    return city;
  } catch (error) {
    throw error instanceof TableError ? new UserError(error.message, { cause: error }) : error;
  }
}
