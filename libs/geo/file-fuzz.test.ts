import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FUZZ_CASES, FUZZ_TIMEOUT_MS } from '../../dev/test-world/fuzz.ts';
import { TableError } from './csv-table.ts';
import { readStreetNetwork } from './street-network.ts';
import { readTripFile } from './trip-file.ts';

const HOURS = Array.from({ length: 24 }, (_, hour) => `s${String(hour).padStart(2, '0')}`);
const TRIP_COLUMNS = [
  'trip_id',
  'requested_at_s',
  'pickup_lat',
  'pickup_lon',
  'dropoff_lat',
  'dropoff_lon',
  'trip_s',
];

const number = fc.oneof(
  fc.integer({ min: -200, max: 200 }).map(String),
  fc.double({ min: -200, max: 200, noNaN: true }).map(String),
  fc.constantFrom(
    '0',
    '90',
    '-180',
    '86399',
    '1378008000',
    '1e400',
    'NaN',
    'Infinity',
    '0x10',
    '40,7',
    ' 5 ',
  ),
);
const odd = fc.oneof(
  fc.constantFrom(
    '',
    '"',
    '""',
    '\u0000',
    '\uFEFF',
    '\n',
    '\r',
    ',',
    ';',
    '\t',
    'é',
    '\u2028',
    '"a\nb"',
    '"a""b"',
  ),
  fc.string({ maxLength: 8, unit: 'binary' }),
);
const cell = fc.oneof({ weight: 8, arbitrary: number }, { weight: 1, arbitrary: odd });
const lineEnd = fc.constantFrom('\n', '\r\n', '\n\n');

/** A file of these columns, mostly well-formed; then perhaps one piece of it is replaced. */
function fileOf(columns: readonly string[], row: fc.Arbitrary<string[]>): fc.Arbitrary<string> {
  return fc
    .record({
      header: fc.oneof(
        { weight: 8, arbitrary: fc.constant([...columns]) },
        { weight: 1, arbitrary: fc.shuffledSubarray([...columns]) },
        { weight: 1, arbitrary: fc.constant(columns.map((name) => `"${name}"`)) },
      ),
      rows: fc.array(
        fc.oneof({ weight: 4, arbitrary: row }, { weight: 1, arbitrary: fc.array(cell, { maxLength: 9 }) }),
        {
          maxLength: 6,
        },
      ),
      delimiter: fc.constantFrom(',', ',', ';', '\t'),
      end: lineEnd,
      bom: fc.constantFrom('', '\uFEFF'),
      cut: fc.option(fc.record({ at: fc.nat(600), length: fc.nat(20), by: odd })),
    })
    .map(({ header, rows, delimiter, end, bom, cut }) => {
      const text = bom + [header, ...rows].map((values) => values.join(delimiter)).join(end);
      return cut === null ? text : text.slice(0, cut.at) + cut.by + text.slice(cut.at + cut.length);
    });
}

const place = fc.tuple(
  fc.double({ min: 40, max: 40.02, noNaN: true }),
  fc.double({ min: -74, max: -73.98, noNaN: true }),
);
const goodTrip = fc
  .record({ atS: fc.nat(86_399), pickup: place, dropoff: place, tripS: fc.integer({ min: 200, max: 3_000 }) })
  .map(({ atS, pickup, dropoff, tripS }) => ['id', atS, ...pickup, ...dropoff, tripS].map(String));
const anyTrip = fc.array(cell, { minLength: 7, maxLength: 7 });

/** The result, or the error that names file, line and column; any other error fails the property. */
function readOrRefused<T>(read: () => T): T | TableError {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof TableError) || !/line [1-9]\d*, column/.test(error.message)) throw error;
    return error;
  }
}

/** The lines of a text without quotes that are not blank, without its header. */
function rowLines(text: string): number[] {
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/);
  const full = [...lines.entries()].filter(([, line]) => line !== '');
  return full.slice(1).flatMap(([index, line]) => (line.trim() === '' ? [] : [index + 1]));
}

describe('any text', () => {
  it(
    'as a trips file is refused, or each of its rows is a trip or an error by line',
    () => {
      const rows = fc.oneof({ weight: 3, arbitrary: goodTrip }, { weight: 1, arbitrary: anyTrip });
      fc.assert(
        fc.property(fileOf(TRIP_COLUMNS, rows), (text) => {
          const read = readOrRefused(() => readTripFile(text));
          if (read instanceof TableError) return;
          const named = new Set([...read.lines, ...read.errors.map(({ line }) => line)]);
          expect(named.size).toBe(read.lines.length + read.errors.length);
          for (const trip of read.trips) {
            expect(
              [trip.pickup.lat, trip.dropoff.lng, trip.requestedAtS, trip.tripS].every(Number.isFinite),
            ).toBe(true);
          }
          if (text.includes('"')) return;
          for (const line of rowLines(text)) expect(named).toContain(line);
        }),
        { numRuns: FUZZ_CASES },
      );
    },
    FUZZ_TIMEOUT_MS,
  );

  it(
    'as street files is refused, or every row of it is in the network',
    () => {
      const node = fc.tuple(fc.nat(5), place).map(([id, [lat, lng]]) => [id, lat, lng].map(String));
      const times = fc.integer({ min: 60, max: 90 });
      const edge = fc
        .tuple(fc.nat(5), fc.nat(5), times)
        .map(([from, to, seconds]) => [from, to, ...HOURS.map(() => seconds)].map(String));
      const nodes = fc.oneof(
        fileOf(['node_id', 'lat', 'lon'], node),
        fc.constant(
          'node_id,lat,lon\n0,40,-74\n1,40.001,-74\n2,40.002,-74\n3,40.003,-74\n4,40.004,-74\n5,40.005,-74',
        ),
      );
      fc.assert(
        fc.property(nodes, fileOf(['from', 'to', ...HOURS], edge), (nodesText, edgesText) => {
          const network = readOrRefused(() => readStreetNetwork(nodesText, edgesText));
          if (network instanceof TableError) return;
          if (nodesText.includes('"') || edgesText.includes('"')) return;
          expect(network.nodesRead).toBe(rowLines(nodesText).length);
          expect(network.edgesRead).toBe(rowLines(edgesText).length);
        }),
        { numRuns: FUZZ_CASES },
      );
    },
    FUZZ_TIMEOUT_MS,
  );
});
