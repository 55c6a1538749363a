import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { FUZZ_CASES, FUZZ_TIMEOUT_MS } from '../../dev/test-world/fuzz.ts';
import { ping } from './ping.ts';
import { toTimestamp } from './values.ts';

const PING = { session: 1, seq: 1, lat: 38.72, lng: -9.14, recorded_at: '2026-01-31T08:30:00.000Z' };

test.each([
  '2026-01-31T08:30:00.000Z',
  '2026-01-31T08:30:00Z',
  '2026-01-31t08:30:00z',
  '2026-01-31T08:30:00.0Z',
  '2026-01-31T08:30:00.000123456+00:00',
  '2026-01-31T09:30:00+01:00',
  '2026-01-31T14:00:00.000+0530',
  '2026-01-30T23:30:00,000-09',
  '2026-01-31 08:30:00Z',
  '2026-01-31T22:30:00+14:00',
  '2026-01-30T20:30:00-12:00',
  '2026-01-31T08:30:00.000000000123Z',
])('%s is the same instant', (recorded_at) => {
  expect(ping.parse({ ...PING, recorded_at })).toMatchObject({ recorded_at: PING.recorded_at });
});

test.each(['2016-12-31T23:59:60Z', '2017-01-01T05:29:60+05:30', '2016-12-31T18:59:60-05:00'])(
  'the leap second %s is the second after it',
  (recorded_at) => {
    expect(ping.parse({ ...PING, recorded_at }).recorded_at).toBe('2017-01-01T00:00:00.000Z');
  },
);

test.each([
  '',
  'yesterday',
  '2026-01-31',
  '2026-01-31T08:30:00',
  '2026-02-30T08:30:00Z',
  '2026-13-01T08:30:00Z',
  '2026-01-31T08:61:00Z',
  '2026-01-31T08:30:60Z',
  '2026-01-31T08:59:60Z',
  '2026-12-31T23:59:61Z',
  '2026-12-31T23:59:60+01:00',
  '2026-01-31T08:30:00+99:00',
])('%j names no instant, and is refused by name', (recorded_at) => {
  const { error } = ping.safeParse({ ...PING, recorded_at });
  expect(error?.issues).toMatchObject([{ path: ['recorded_at'] }]);
});

test.each([
  [{ heading_deg: -1 }, undefined],
  [{ heading_deg: null }, undefined],
  [{}, undefined],
  [{ heading_deg: 0 }, 0],
  [{ heading_deg: 360 }, 0],
  [{ heading_deg: 359.99 }, 359.99],
  [{ heading_deg: 725 }, 5],
])('heading %j is %d', (part, heading_deg) => {
  expect(ping.parse({ ...PING, ...part }).heading_deg).toBe(heading_deg);
});

test.each([
  [{ speed_mps: -1 }, undefined],
  [{ speed_mps: null }, undefined],
  [{}, undefined],
  [{ speed_mps: 0 }, 0],
  [{ speed_mps: 27.5 }, 27.5],
  [{ speed_mps: 400 }, undefined],
])('speed %j is %d', (part, speed_mps) => {
  expect(ping.parse({ ...PING, ...part }).speed_mps).toBe(speed_mps);
});

test('members that a location library adds are ignored', () => {
  expect(ping.parse({ ...PING, altitude: 12, accuracy: 5, provider: 'fused' })).toEqual(PING);
});

test('any time of any place, however many digits its fraction has, is taken as that instant', () => {
  const offset = fc.integer({ min: -23 * 60 - 59, max: 23 * 60 + 59 });
  // Of four-digit years, also in the phone's zone.
  const instant = fc.integer({ min: Date.UTC(1, 0, 2), max: Date.UTC(9999, 11, 30) });
  fc.assert(
    fc.property(instant, offset, fc.constantFrom('', '0', '999999'), (ms, offsetMin, more) => {
      const local = toTimestamp(ms + offsetMin * 60_000).slice(0, -1);
      const [hours, minutes] = [Math.trunc(Math.abs(offsetMin) / 60), Math.abs(offsetMin) % 60];
      const zone = `${offsetMin < 0 ? '-' : '+'}${twoDigits(hours)}:${twoDigits(minutes)}`;
      const parsed = ping.parse({ ...PING, recorded_at: `${local}${more}${zone}` });
      expect(parsed.recorded_at).toBe(toTimestamp(ms));
    }),
  );
});

test(
  'whatever a phone sends is read in full or refused with the member at fault',
  () => {
    const odd = fc.oneof(fc.anything(), fc.double(), fc.constantFrom(null, -1, 360, 'x', PING.recorded_at));
    const members = fc.dictionary(
      fc.constantFrom(...Object.keys(PING), 'heading_deg', 'speed_mps', 'x'),
      odd,
    );
    fc.assert(
      fc.property(members, (part) => {
        const { data, error } = ping.safeParse({ ...PING, ...part });
        const isRead = data?.recorded_at.endsWith('Z') === true && Number.isFinite(data.lat + data.lng);
        const isNamed = error?.issues.every(({ path }) => path.length > 0) === true;
        expect(isRead || isNamed).toBe(true);
      }),
      { numRuns: FUZZ_CASES },
    );
  },
  FUZZ_TIMEOUT_MS,
);

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}

test.each([
  [true, true],
  [false, false],
  [null, false],
  ['true', false],
  [1, false],
])('mocked %j is %j', (mocked, read) => {
  expect(ping.parse({ ...PING, mocked }).mocked).toBe(read);
});
