import { LATITUDE, LONGITUDE, type NumberRule } from './csv-numbers.ts';
import { readRows, refuseErrors, type Row, type RowReason, type TableError } from './csv-table.ts';
import { impossibleDrive, ZERO_TRIP_ROUNDING_S } from './plausible-speed.ts';
import type { Point } from './point.ts';
import { unwrappedMidnights } from './recorded-midnight.ts';

/** One request of a recorded day. */
export interface RecordedTrip {
  readonly tripId: string;
  /** Seconds after the midnight before the first request of the file. */
  readonly requestedAtS: number;
  readonly pickup: Point;
  readonly dropoff: Point;
  /** Observed ride time. */
  readonly tripS: number;
}

/** A trips file: each row is either a trip or an error. */
export interface TripFile {
  readonly file: string;
  /** In file order. */
  readonly trips: readonly RecordedTrip[];
  /** Line of each trip. */
  readonly lines: readonly number[];
  /** One for each row that cannot be used. */
  readonly errors: readonly TableError[];
  /** Lines on which the time of day begins again at 0: from there on, a day is added. */
  readonly midnights: readonly number[];
}

/** How late a request may be: a recording lasts a day or two. A larger number is a date, or has another unit. */
export const MAX_REQUESTED_AT_S = 2 * 86_400;
/** How long a ride may take. */
export const MAX_TRIP_S = 86_400;

const REQUESTED_AT: NumberRule = {
  is: (value) => value >= 0 && value <= MAX_REQUESTED_AT_S,
  words: `a number of seconds after midnight, 0 to ${MAX_REQUESTED_AT_S}`,
};
const TRIP_TIME: NumberRule = {
  is: (value) => value >= 0 && value <= MAX_TRIP_S,
  words: `a number of seconds, 0 to ${MAX_TRIP_S}`,
};

const COLUMNS = [
  'trip_id',
  'requested_at_s',
  'pickup_lat',
  'pickup_lon',
  'dropoff_lat',
  'dropoff_lon',
  'trip_s',
];

/** Why a well-formed trip cannot be used. */
export interface TripProblem {
  readonly column: 'pickup_lat' | 'dropoff_lat' | 'trip_s';
  readonly text: string;
  readonly reason: RowReason;
}

/** Says what is wrong with a well-formed trip; undefined if nothing is. */
export type TripCheck = (trip: RecordedTrip) => TripProblem | undefined;

/**
 * Reads a trips file; a row that cannot be used is an error of the result.
 * @param file name of the text in errors
 * @param check runs before the check of the speed, so that a trip from a wrong place is not called too fast
 * @throws TableError for a broken header or stray quotes, and for a file with rows of which none can be used
 */
export function readTripFile(text: string, file = 'trips.csv', check: TripCheck = () => undefined): TripFile {
  const { results, lines, errors } = readRows(file, text, COLUMNS, (row) => readTrip(row, check));
  if (results.length === 0) refuseErrors(errors);
  const { timesS, midnights } = unwrappedMidnights(results.map(({ requestedAtS }) => requestedAtS));
  return {
    file,
    trips: results.map((trip, place) => ({ ...trip, requestedAtS: timesS[place] ?? trip.requestedAtS })),
    lines,
    errors,
    midnights: midnights.map((place) => lines[place] ?? 0),
  };
}

/**
 * Reads a trips file of which every row is needed, in file order.
 * @throws TableError that names file, line and column
 */
export function parseTrips(text: string, file = 'trips.csv'): RecordedTrip[] {
  const { trips, errors } = readTripFile(text, file);
  refuseErrors(errors);
  return [...trips];
}

function readTrip(row: Row, check: TripCheck): RecordedTrip {
  const trip = {
    tripId: idOf(row),
    requestedAtS: row.number(1, REQUESTED_AT),
    pickup: { lat: row.number(2, LATITUDE), lng: row.number(3, LONGITUDE) },
    dropoff: { lat: row.number(4, LATITUDE), lng: row.number(5, LONGITUDE) },
    tripS: row.number(6, TRIP_TIME),
  };
  const roundingS = trip.tripS === 0 ? ZERO_TRIP_ROUNDING_S : 0;
  const impossible = impossibleDrive(trip.pickup, trip.dropoff, trip.tripS, roundingS);
  const problem = check(trip) ?? speedProblem(impossible);
  if (problem !== undefined) throw row.error(COLUMNS.indexOf(problem.column), problem.text, problem.reason);
  return trip;
}

function speedProblem(text: string | undefined): TripProblem | undefined {
  return text === undefined ? undefined : { column: 'trip_s', text, reason: 'impossible_speed' };
}

function idOf(row: Row): string {
  const id = row.text(0);
  if (id === '') throw row.error(0, 'expected an id, got ""');
  return id;
}
