import { describe, expect, it } from 'vitest';
import { TableError } from './csv-table.ts';
import { parseTrips } from './trip-file.ts';

const HEADER = 'trip_id,requested_at_s,pickup_lat,pickup_lon,dropoff_lat,dropoff_lon,trip_s';

describe('parseTrips', () => {
  it('reads trips in file order, with any column order and any line endings', () => {
    const text =
      '\uFEFFtrip_s,note,trip_id,requested_at_s,pickup_lat,pickup_lon,dropoff_lat,dropoff_lon\r\n720,x,b,60,40.8,-73.9,40.7,-73.8\r\n\r\n1,,a,0.5,1,2,3,4\r\n';
    expect(parseTrips(text)).toEqual([
      {
        tripId: 'b',
        requestedAtS: 60,
        pickup: { lat: 40.8, lng: -73.9 },
        dropoff: { lat: 40.7, lng: -73.8 },
        tripS: 720,
      },
      { tripId: 'a', requestedAtS: 0.5, pickup: { lat: 1, lng: 2 }, dropoff: { lat: 3, lng: 4 }, tripS: 1 },
    ]);
    expect(parseTrips(HEADER)).toEqual([]);
  });

  it.each([
    ['', 'trips.csv, line 1, column trip_id: missing from the header'],
    [HEADER.replace(',trip_s', ''), 'trips.csv, line 1, column trip_s: missing from the header'],
    [`${HEADER}\n0,0,40,-73,40,-73`, 'line 2, column trip_s: the row has 6 values, the header 7'],
    [
      `${HEADER}\n0,0,40,-73,40,-73,5\n\n1,0,40,-73,91,-73,5`,
      'line 4, column dropoff_lat: expected a latitude (-90 to 90), got "91"',
    ],
    [
      `${HEADER}\n0,0,40,x,40,-73,5`,
      'line 2, column pickup_lon: expected a longitude (-180 to 180), got "x"',
    ],
    [
      `${HEADER}\n0,-1,40,-73,40,-73,5`,
      'line 2, column requested_at_s: expected a number of seconds, 0 or more, got "-1"',
    ],
    [
      `${HEADER}\n0,,40,-73,40,-73,5`,
      'line 2, column requested_at_s: expected a number of seconds, 0 or more, got ""',
    ],
    [`${HEADER}\n,0,40,-73,40,-73,5`, 'line 2, column trip_id: empty'],
  ])('says where a file is wrong: %j', (text, message) => {
    expect(() => parseTrips(text)).toThrow(message);
    expect(() => parseTrips(text)).toThrow(TableError);
  });
});
