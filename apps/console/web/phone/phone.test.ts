import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HailgridProblem } from '#sdk';
import { centreOf, distanceM, headingDeg, surprise, toward, type Area } from './geometry.ts';
import { serviceClock } from './service-time.ts';
import { tokenSource } from './token-source.ts';
import { failureWords, moneyWords } from './words.ts';

const AREA: Area = { south: 38.7, west: -9.16, north: 38.745, east: -9.12 };
const share = fc.double({ min: 0, max: 1, noNaN: true });
const point = fc.record({ a: share, b: share }).map(({ a, b }) => ({
  lat: AREA.south + (AREA.north - AREA.south) * a,
  lng: AREA.west + (AREA.east - AREA.west) * b,
}));

describe('driving', () => {
  it('comes nearer by what was driven, and ends at the target itself', () => {
    fc.assert(
      fc.property(point, point, fc.double({ min: 0, max: 10_000, noNaN: true }), (from, to, metres) => {
        const all = distanceM(from, to);
        const next = toward(from, to, metres);
        // The way is straight in degrees, and distances are those of the globe: centimetres apart in a city.
        expect(Math.abs(distanceM(next, to) - Math.max(0, all - metres))).toBeLessThan(1);
        expect(next === to).toBe(metres >= all);
      }),
    );
  });

  it('heads by the compass', () => {
    const from = centreOf(AREA);
    expect(headingDeg(from, { ...from, lat: from.lat + 0.01 })).toBeCloseTo(0);
    expect(headingDeg(from, { ...from, lng: from.lng + 0.01 })).toBeCloseTo(90);
    expect(headingDeg(from, { ...from, lng: from.lng - 0.01 })).toBeCloseTo(270);
  });
});

it('a surprise is inside the area, from wherever one is', () => {
  fc.assert(
    fc.property(point, fc.array(share, { minLength: 1 }), (from, chances) => {
      let turn = 0;
      const { lat, lng } = surprise(AREA, from, () => chances[turn++ % chances.length] ?? 0);
      expect(lat).toBeGreaterThan(AREA.south);
      expect(lat).toBeLessThan(AREA.north);
      expect(lng).toBeGreaterThan(AREA.west);
      expect(lng).toBeLessThan(AREA.east);
    }),
  );
});

it('service time runs as fast as the city says', () => {
  let wallMs = 1_000;
  const now = serviceClock({ clock_speed: 10, clock_origin_ms: 1_000 }, () => wallMs);
  expect(now()).toBe(1_000);
  wallMs = 1_500;
  expect(now()).toBe(6_000);
});

describe('the token of the session', () => {
  const token = (name: string, endsMs: number) => ({
    access_token: name,
    expires_at: new Date(endsMs).toISOString(),
  });

  it('is asked for once until it ends, or is refused', async () => {
    let nowMs = 0;
    let asked = 0;
    const ask = () => Promise.resolve(token(`token ${++asked}`, nowMs + 60_000));
    const source = tokenSource('rider', ask, () => nowMs);
    expect(await Promise.all([source(), source()])).toEqual(['token 1', 'token 1']);
    expect(await source()).toBe('token 1');
    expect(await source('token 1')).toBe('token 2');
    expect(await source('token 1')).toBe('token 2');
    nowMs = 50_000;
    expect(await source()).toBe('token 3');
  });

  it('is asked for again after a failure', async () => {
    let asked = 0;
    const ask = () =>
      ++asked === 1 ? Promise.reject(new Error('away')) : Promise.resolve(token('one', 60_000));
    const source = tokenSource('driver', ask, () => 0);
    await expect(source()).rejects.toThrow('away');
    expect(await source()).toBe('one');
  });
});

describe('words', () => {
  it('of a failure are those of the service, if it said any', () => {
    const problem = {
      type: 'about:blank',
      title: 'Too far',
      status: 409,
      code: 'too_far_from_pickup',
    } as const;
    expect(failureWords(HailgridProblem.from(problem, 'POST /v1/x'))).toBe('Too far.');
    const detailed = { ...problem, detail: 'the pickup is 900 m away' };
    expect(failureWords(HailgridProblem.from(detailed, 'POST /v1/x'))).toBe('The pickup is 900 m away.');
    expect(failureWords(new HailgridProblem('network', 'GET /v1/y'))).toMatch(/cannot be reached/);
  });

  it('of money know currencies without a minor unit', () => {
    expect(moneyWords({ amount_minor: 660, currency: 'USD' }, 'en-US')).toBe('$6.60');
    expect(moneyWords({ amount_minor: 660, currency: 'JPY' }, 'en-US')).toBe('¥660');
  });
});
