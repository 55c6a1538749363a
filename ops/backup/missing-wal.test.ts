import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { historyName, parseHistory, segmentName, segmentOf, walCoverage } from './missing-wal.ts';

const MB = 1024 * 1024;
const SEGMENT_BYTES = 16 * MB;

test('names of segments are those of Postgres', () => {
  const segmentBytes = fc.integer({ min: 0, max: 10 }).map((power) => MB * 2 ** power);
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 0xffff_ffff }),
      fc.integer({ min: 1, max: 0xffff_ffff }),
      segmentBytes,
      (segment, timeline, bytes) => segmentOf(segmentName(timeline, segment, bytes), bytes) === segment,
    ),
  );
  // As pg_walfile_name() names them.
  expect(segmentName(1, 0xff, SEGMENT_BYTES)).toBe('0000000100000000000000FF');
  expect(segmentName(10, 0x102, SEGMENT_BYTES)).toBe('0000000A0000000100000002');
  expect(historyName(10)).toBe('0000000A.history');
  for (const other of [
    '00000002.history',
    '000000010000000000000002.00000028.backup',
    '000000010000000000000002.partial',
  ])
    expect(segmentOf(other, SEGMENT_BYTES)).toBeUndefined();
});

describe('an archive of three timelines', () => {
  const HISTORY =
    '1\t0/50000A0\tno recovery target specified\n\n2\t0/8001000\tno recovery target specified\n';
  const history = parseHistory(3, HISTORY, SEGMENT_BYTES);
  const name = (timeline: number, segment: number) => segmentName(timeline, segment, SEGMENT_BYTES);
  /** Timelines begin in segments 5 and 8; the archive has these files of the older timeline, too. */
  const whole = [
    ...[2, 3, 4, 5, 6].map((segment) => name(1, segment)),
    ...[5, 6, 7].map((segment) => name(2, segment)),
    ...[8, 9].map((segment) => name(3, segment)),
  ];
  const coverageOf = (archive: readonly string[]) =>
    walCoverage(new Set(archive), name(1, 2), history, SEGMENT_BYTES);

  test('the history says in which segment each timeline begins', () => {
    expect(history).toEqual([
      { timeline: 1, until: 5 },
      { timeline: 2, until: 8 },
      { timeline: 3, until: undefined },
    ]);
    expect(parseHistory(1, '', SEGMENT_BYTES)).toEqual([{ timeline: 1, until: undefined }]);
  });

  test('there is no gap up to the last file', () => {
    expect(coverageOf(whole)).toEqual({ segments: 8, reaches: name(3, 9), missing: [] });
  });

  test('each missing file is named if recovery needs it, and only then', () => {
    const needed = [name(1, 2), name(1, 3), name(1, 4), name(2, 5), name(2, 6), name(2, 7), name(3, 8)];
    for (const gone of whole.slice(0, -1)) {
      const left = whole.filter((file) => file !== gone);
      expect(coverageOf(left).missing).toEqual(needed.includes(gone) ? [gone] : []);
    }
    expect(coverageOf(whole.filter((file) => file !== name(2, 6)))).toMatchObject({
      segments: 4,
      reaches: name(2, 5),
    });
    expect(coverageOf(whole.slice(1))).toMatchObject({ segments: 0, reaches: null });
  });

  test('the newest timeline may have no file yet', () => {
    const left = whole.filter((file) => !file.startsWith('00000003'));
    expect(coverageOf(left)).toMatchObject({ reaches: name(2, 7), missing: [] });
  });
});
