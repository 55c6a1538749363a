import { describe, expect, it } from 'vitest';
import { TableError } from './csv-table.ts';
import { parseTrips, readTripFile } from './trip-file.ts';

const HEADER = 'trip_id,requested_at_s,pickup_lat,pickup_lon,dropoff_lat,dropoff_lon,trip_s';

describe('parseTrips', () => {
  it('reads trips in file order, with any column order and any line endings', () => {
    const text =
      '\uFEFFtrip_s,note,trip_id,requested_at_s,pickup_lat,pickup_lon,dropoff_lat,dropoff_lon\r\n720,x,b,60,40.8,-73.9,40.7,-73.8\r\n\r\n1,,a,70.5,1,2,1,2\r\n';
    expect(parseTrips(text)).toEqual([
      {
        tripId: 'b',
        requestedAtS: 60,
        pickup: { lat: 40.8, lng: -73.9 },
        dropoff: { lat: 40.7, lng: -73.8 },
        tripS: 720,
      },
      { tripId: 'a', requestedAtS: 70.5, pickup: { lat: 1, lng: 2 }, dropoff: { lat: 1, lng: 2 }, tripS: 1 },
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
      'line 2, column requested_at_s: expected a number of seconds after midnight, 0 to 172800, got "-1"',
    ],
    [
      `${HEADER}\n0,,40,-73,40,-73,5`,
      'line 2, column requested_at_s: expected a number of seconds after midnight, 0 to 172800, got ""',
    ],
    [`${HEADER}\n,0,40,-73,40,-73,5`, 'line 2, column trip_id: expected an id, got ""'],
  ])('says where a file is wrong: %j', (text, message) => {
    expect(() => parseTrips(text)).toThrow(message);
    expect(() => parseTrips(text)).toThrow(TableError);
  });
});

describe('readTripFile', () => {
  const messagesOf = (text: string): string[] => readTripFile(text).errors.map(({ message }) => message);
  const idsOf = (text: string): string[] => readTripFile(text).trips.map(({ tripId }) => tripId);

  it.each([
    ['quoted names', HEADER.replace(/\w+/g, '"$&"'), '"a",60,40,-73,40,-73,5'],
    ['semicolons', HEADER.replaceAll(',', ';'), 'a;60;40;-73;40;-73;5'],
    ['tabs', HEADER.replaceAll(',', '\t'), 'a\t60\t40\t-73\t40\t-73\t5'],
    [
      'names in capitals and spaces',
      ` ${HEADER.toUpperCase().replaceAll(',', ' , ')} `,
      'a,60,40,-73,40,-73,5',
    ],
    [
      'semicolons after a byte-order mark, and CRLF',
      `\uFEFF${HEADER.replaceAll(',', ';')}\r`,
      'a;60;40;-73;40;-73;5\r',
    ],
    ['quotes after a byte-order mark', `\uFEFF"trip_id"${HEADER.slice(7)}`, 'a,60,40,-73,40,-73,5'],
    ['a column that is not ours twice', `${HEADER},x,x`, 'a,60,40,-73,40,-73,5,1,2'],
    ['-0 for nothing', HEADER, 'a,-0,40,-73,40,-73,5'],
    ['trailing empty lines', HEADER, 'a,60,40,-73,40,-73,5\n\n  \n'],
    ['single carriage returns', `${HEADER}\r`, 'a,60,40,-73,40,-73,5\r'],
  ])('reads a file with %s', (_, header, row) => {
    expect(idsOf(`${header}\n${row}`)).toEqual(['a']);
    expect(messagesOf(`${header}\n${row}`)).toEqual([]);
  });

  it.each([
    [
      'a missing column',
      HEADER.replace('trip_s', 'time'),
      'line 1, column trip_s: missing from the header: expected trip_id, ',
    ],
    ['a column twice', `${HEADER},trip_s`, 'line 1, column trip_s: twice in the header'],
    ['a column twice, once in capitals', `${HEADER},TRIP_S`, 'line 1, column trip_s: twice in the header'],
    [
      'decimal commas',
      `${HEADER.replaceAll(',', ';')}\na;60;40,7;-73,9;40,7;-73,9;5`,
      'line 2, column pickup_lat: expected a latitude (-90 to 90) with a decimal point, got "40,7"',
    ],
    [
      'decimal commas in a file of commas',
      `${HEADER}\na,60,40,7,-73,9,40,7,-73,9,5`,
      'line 2, column trip_s: the row has 11 values, the header 7',
    ],
    [
      'a quote without end',
      `${HEADER}\na,60,40,-73,40,-73,5\n"b,60,40,-73,40,-73,5\n`,
      'line 3, column trip_id: expected comma-separated values',
    ],
    [
      'a quote within a value',
      `${HEADER}\na,60,4"0,-73,40,-73,5\n`,
      'line 2, column pickup_lat: expected comma-separated values',
    ],
    [
      'no usable row',
      `${HEADER}\na,60,95,-73,40,-73,5\nb,60,95,-73,40,-73,5\n`,
      'line 2, column pickup_lat: expected a latitude (-90 to 90), got "95" (and 1 more row)',
    ],
  ])('refuses a file with %s', (_, text, message) => {
    expect(() => readTripFile(text)).toThrow(message);
    expect(() => readTripFile(text)).toThrow(TableError);
  });

  it('keeps the good rows and names each row that cannot be used', () => {
    const text = [
      HEADER,
      'good,60,40,-73,40,-73,5',
      '"long,\nid",60,40,-73,40,-73,5',
      'short,60,40',
      'hex,60,0x28,-73,40,-73,5',
      'zero,60,40,-73,40.045,-73,0',
      'fast,60,40,-73,40.045,-73,60',
      'date,1378008000,40,-73,40,-73,5',
      'millis,60,40,-73,40.045,-73,720000',
      'unknown,60,40,-73,40.001,-73,0',
    ].join('\n');
    expect(idsOf(text)).toEqual(['good', 'long,\nid', 'unknown']);
    expect(messagesOf(text)).toEqual([
      'trips.csv, line 5, column pickup_lon: the row has 3 values, the header 7',
      'trips.csv, line 6, column pickup_lat: expected a latitude (-90 to 90), got "0x28"',
      'trips.csv, line 7, column trip_s: expected a time in seconds at 216 km/h or less, got 0 s for 5.0 km straight line',
      'trips.csv, line 8, column trip_s: expected a time in seconds at 216 km/h or less, got 60 s for 5.0 km straight line (300 km/h)',
      'trips.csv, line 9, column requested_at_s: expected a number of seconds after midnight, 0 to 172800, got "1378008000"',
      'trips.csv, line 10, column trip_s: expected a number of seconds, 0 to 86400, got "720000"',
    ]);
  });

  it.each([
    ['midnight in the middle', [86_300, 86_390, 5, 60], [86_300, 86_390, 86_405, 86_460], [4]],
    ['times past a day', [86_300, 86_390, 86_405], [86_300, 86_390, 86_405], []],
    [
      'a fall after the first day',
      [86_300, 172_700, 172_800, 86_500, 86_600],
      [86_300, 172_700, 172_800, 86_500, 86_600],
      [],
    ],
    ['one wrong time', [10, 20, 80_000, 30, 40], [10, 20, 80_000, 30, 40], []],
    [
      'no order',
      [80_000, 81_000, 5, 6, 70_000, 4, 60_000, 3],
      [80_000, 81_000, 5, 6, 70_000, 4, 60_000, 3],
      [],
    ],
  ])('times with %s', (_, given, read, midnights) => {
    const file = readTripFile([HEADER, ...given.map((atS) => `a,${atS},40,-73,40,-73,5`)].join('\n'));
    expect(file.trips.map(({ requestedAtS }) => requestedAtS)).toEqual(read);
    expect(file.midnights).toEqual(midnights);
  });
});
