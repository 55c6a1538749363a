import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { HailgridError } from './errors.ts';
import { idFromUuid } from './ids.ts';
import {
  decodePositionBatch,
  encodePositionBatch,
  RECORD_BYTES,
  type PositionRecord,
} from './position-batch.ts';

const HEADER_BYTES = 16;
const ms = fc.integer({ min: 0, max: 4e12 });
const record: fc.Arbitrary<PositionRecord> = fc.record({
  driverId: fc.uuid({ version: 7 }).map((uuid) => idFromUuid('driver', uuid)),
  session: fc.nat(),
  seq: fc.nat(),
  lat: fc.integer({ min: -9e8, max: 9e8 }).map((lat) => lat / 1e7),
  lng: fc.integer({ min: -18e8, max: 18e8 }).map((lng) => lng / 1e7),
  recordedAtMs: ms,
  freeAtMs: ms,
  status: fc.constantFrom('offline', 'free', 'offered', 'on_trip'),
  statusVersion: fc.nat(),
  product: fc.constantFrom('standard', 'xl', 'premium'),
  left: fc.boolean(),
  rideEnd: fc.option(
    fc.record({
      lat: fc.integer({ min: -9e8, max: 9e8 }).map((lat) => lat / 1e7),
      lng: fc.integer({ min: -18e8, max: 18e8 }).map((lng) => lng / 1e7),
    }),
    { nil: undefined },
  ),
  booked: fc.boolean(),
  headingDeg: fc.option(
    fc.integer({ min: 0, max: 35_999 }).map((hundredths) => hundredths / 100),
    { nil: undefined },
  ),
  speedMps: fc.option(
    fc.integer({ min: 0, max: 9_999 }).map((hundredths) => hundredths / 100),
    { nil: undefined },
  ),
});
const batch = fc.record({ sentAtMs: ms, records: fc.array(record, { maxLength: 5 }) });

test('decoding an encoded batch gives the same batch', () => {
  fc.assert(
    fc.property(batch, (sent) => {
      const received = decodePositionBatch(encodePositionBatch(sent));
      expect({ sentAtMs: received.sentAtMs, records: received.copies() }).toEqual(sent);
    }),
  );
});

test.each([
  [359.99, 359.99],
  [359.994, 359.99],
  [359.9999, 0],
])('a heading of %f° is sent as %f°, and never as 360°', (headingDeg, sent) => {
  const [one] = fc.sample(record, 1);
  const batchOfOne = { sentAtMs: 0, records: [{ ...one!, headingDeg }] };
  expect(decodePositionBatch(encodePositionBatch(batchOfOne)).copies()[0]?.headingDeg).toBe(sent);
});

test('a malformed batch throws invalid_request and no other error', () => {
  const damage = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { maxLength: 20 });
  fc.assert(
    fc.property(batch, damage, fc.nat(), (sent, changes, cut) => {
      const bytes = Buffer.from(encodePositionBatch(sent));
      for (const [at, value] of changes) bytes[at % bytes.length] = value;
      const rest = bytes.subarray(0, bytes.length - (cut % 3));
      const decoded = decodedOrRefused(rest);
      const numbers = decoded.flatMap((each) => [each.recordedAtMs, each.freeAtMs, each.statusVersion]);
      expect(numbers.every(Number.isFinite)).toBe(true);
    }),
  );
});

test.each([
  ['sent-at', 8],
  ['recorded-at', HEADER_BYTES + 32],
  ['free-at', HEADER_BYTES + 40],
  ['status version', HEADER_BYTES + 48],
])('a %s that is not a finite number is refused', (_, at) => {
  const [sent] = fc.sample(fc.record({ sentAtMs: ms, records: fc.tuple(record) }), 1);
  for (const value of [NaN, Infinity, -Infinity]) {
    const bytes = Buffer.from(encodePositionBatch(sent!));
    expect(bytes).toHaveLength(HEADER_BYTES + RECORD_BYTES);
    bytes.writeDoubleLE(value, at);
    expect(() => decodePositionBatch(bytes)).toThrow('invalid_request');
  }
});

/** The decoded records; none if the batch is refused with `invalid_request`. */
function decodedOrRefused(bytes: Uint8Array): readonly PositionRecord[] {
  try {
    return decodePositionBatch(bytes).copies();
  } catch (error) {
    if (error instanceof HailgridError && error.code === 'invalid_request') return [];
    throw error;
  }
}
