import { LATITUDE, LONGITUDE, readTable, SECONDS, type Row } from './csv-table.ts';
import type { Point } from './point.ts';

/** One request of a recorded day. */
export interface RecordedTrip {
  readonly tripId: string;
  /** Seconds after local midnight. */
  readonly requestedAtS: number;
  readonly pickup: Point;
  readonly dropoff: Point;
  /** Observed ride time. */
  readonly tripS: number;
}

const COLUMNS = [
  'trip_id',
  'requested_at_s',
  'pickup_lat',
  'pickup_lon',
  'dropoff_lat',
  'dropoff_lon',
  'trip_s',
];

/**
 * Reads a trips file in file order.
 * @param file name of the text in errors
 * @throws TableError that names file, line and column
 */
export function parseTrips(text: string, file = 'trips.csv'): RecordedTrip[] {
  return readTable(file, text, COLUMNS, (row) => ({
    tripId: idOf(row),
    requestedAtS: row.number(1, SECONDS),
    pickup: { lat: row.number(2, LATITUDE), lng: row.number(3, LONGITUDE) },
    dropoff: { lat: row.number(4, LATITUDE), lng: row.number(5, LONGITUDE) },
    tripS: row.number(6, SECONDS),
  }));
}

function idOf(row: Row): string {
  const id = row.text(0);
  if (id === '') throw row.error(0, 'empty');
  return id;
}
