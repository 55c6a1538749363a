import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { newestTimeline, parseHistory } from './timeline-history.ts';
import { walCoverage } from './wal-coverage.ts';
import {
  formatLsn,
  historyName,
  parseHistoryName,
  parseLsn,
  parseSegmentName,
  segmentBefore,
  segmentName,
  segmentOf,
} from './wal-names.ts';

const MB = 1024 * 1024;
const SEGMENT_BYTES = 16 * MB;
const segmentBytes = fc.integer({ min: 0, max: 10 }).map((power) => MB * 2 ** power);
const lsn = fc.bigInt({ min: 0n, max: 2n ** 63n });

test('positions and names are read as they are written', () => {
  fc.assert(fc.property(lsn, (position) => parseLsn(formatLsn(position)) === position));
  fc.assert(
    fc.property(lsn, fc.integer({ min: 1, max: 0xffff_ffff }), segmentBytes, (position, timeline, bytes) => {
      const segment = { timeline, segment: segmentOf(position, bytes) };
      expect(parseSegmentName(segmentName(segment, bytes), bytes)).toEqual(segment);
      expect(parseHistoryName(historyName(timeline))).toBe(timeline);
    }),
  );
  // As pg_walfile_name() names them.
  expect(
    segmentName({ timeline: 1, segment: segmentBefore(parseLsn('1/0'), SEGMENT_BYTES) }, SEGMENT_BYTES),
  ).toBe('0000000100000000000000FF');
  expect(
    segmentName({ timeline: 10, segment: segmentOf(parseLsn('1/2000028'), SEGMENT_BYTES) }, SEGMENT_BYTES),
  ).toBe('0000000A0000000100000002');
  for (const other of [
    '00000002.history',
    '000000010000000000000002.00000028.backup',
    '000000010000000000000002.partial',
  ])
    expect(parseSegmentName(other, SEGMENT_BYTES)).toBeUndefined();
  expect(() => parseLsn('nowhere')).toThrow(RangeError);
});

describe('of an archive of three timelines', () => {
  const HISTORY =
    '1\t0/50000A0\tno recovery target specified\n\n2\t0/8001000\tno recovery target specified\n';
  const history = parseHistory(3, HISTORY);
  const name = (timeline: number, segment: number) =>
    segmentName({ timeline, segment: BigInt(segment) }, SEGMENT_BYTES);
  /** Branches lie in segments 5 and 8; what the older timeline had of them is there too, as it may be. */
  const whole = [
    ...[2, 3, 4, 5, 6].map((segment) => name(1, segment)),
    ...[5, 6, 7].map((segment) => name(2, segment)),
    ...[8, 9].map((segment) => name(3, segment)),
  ];
  const from = (start: string, end?: string) => ({
    start: parseLsn(start),
    history,
    end: end === undefined ? undefined : parseLsn(end),
  });
  const missingOf = (archive: readonly string[], ...range: [start: string, end?: string]) =>
    walCoverage(from(...range), new Set(archive), SEGMENT_BYTES).missing.map((file) => file.name);

  test('a history is read, and the newest timeline is the last in a row', () => {
    expect(history).toEqual([
      { timeline: 1, until: parseLsn('0/50000A0') },
      { timeline: 2, until: parseLsn('0/8001000') },
      { timeline: 3, until: undefined },
    ]);
    expect(newestTimeline(1, new Set([2, 3, 5]))).toBe(3);
    expect(newestTimeline(1, new Set())).toBe(1);
  });

  test('it is whole, to the end of its last file', () => {
    expect(walCoverage(from('0/2000028'), new Set(whole), SEGMENT_BYTES)).toEqual({
      segments: 8,
      reaches: '0/A000000',
      missing: [],
    });
  });

  test('each file that counts is missed, wherever it lies, and none that does not', () => {
    const counting = [name(1, 2), name(1, 3), name(1, 4), name(2, 5), name(2, 6), name(2, 7), name(3, 8)];
    for (const gone of whole.slice(0, -1)) {
      const left = whole.filter((file) => file !== gone);
      expect(missingOf(left, '0/2000028')).toEqual(counting.includes(gone) ? [gone] : []);
    }
  });

  test('up to a position: the file that holds the byte before it has to be there', () => {
    const left = whole.filter((file) => file !== name(3, 9));
    expect(missingOf(left, '0/2000028', '0/9000000')).toEqual([]);
    expect(missingOf(left, '0/2000028', '0/9000001')).toEqual([name(3, 9)]);
  });

  test('where the newest timeline has no file yet, its parent goes as far as it counts', () => {
    const left = whole.filter((file) => !file.startsWith('00000003'));
    expect(walCoverage(from('0/2000028'), new Set(left), SEGMENT_BYTES)).toMatchObject({
      reaches: '0/8000000',
      missing: [],
    });
  });
});
