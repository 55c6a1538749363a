import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Quote } from '#libs/contracts';
import { PastRides, type PastRide } from '../../dev/fixtures/completed-rides.ts';
import { ESTRELA, ROSSIO, TestCity } from '../city/test-city.ts';

const MINUTE_MS = 60_000;
const RIDES = 30;
/** How much longer than their street times rides take. */
const FACTOR = 1.5;
const RIDE: Omit<PastRide, 'startedAtMs'> = {
  pickup: ROSSIO,
  dropoff: ESTRELA,
  streetS: 300,
  actualS: 300 * FACTOR,
};

let city: TestCity;
let past: PastRides;

beforeAll(async () => {
  city = await TestCity.start(['dev-issuer', 'trips', 'matcher', 'rider-api'], {
    env: { HAILGRID_RIDE_TIMES_INTERVAL_MS: '100' },
  });
  past = new PastRides(city.world.database.urls);
});
afterAll(async () => {
  await past?.close();
  await city?.stop();
});

/** The metrics of rider-api by name and labels other than its own. */
async function figures(name: string): Promise<Record<string, number>> {
  const response = await fetch(`${city.url('rider-api-1')}/metrics`);
  const lines = (await response.text()).split('\n').filter((line) => line.startsWith(`hailgrid_${name}{`));
  return Object.fromEntries(
    lines.map((line) => [/(?:verdict|time|source)="(\w+)"/.exec(line)?.[1], Number(line.split(' ').at(-1))]),
  );
}

/** Quotes of the same ride by a new rider each. */
async function quoted(): Promise<Quote> {
  const { status, body } = await (await city.rider()).quote(ROSSIO, ESTRELA);
  expect(status).toBe(201);
  return body;
}

test('quotes tell the times that completed rides took, also after a restart, for a fare of the told time', async () => {
  const before = await quoted();
  const { street_s: streetS } = before;
  expect(streetS).toBeGreaterThan(100);
  expect(before.trip_s).toBe(streetS);

  const startMs = Date.now() - 2 * 60 * MINUTE_MS;
  for (let ride = 0; ride < RIDES; ride++)
    await past.write({ ...RIDE, startedAtMs: startMs + ride * MINUTE_MS });
  // None of these is one to learn from; with them the time would be far from the truth.
  // In the order of their ends, as rides of the present are written.
  const short = { actualS: 3 };
  const operated = { actualS: 1_200, endedByOperator: true };
  const silent = { actualS: 1_200, driverWasSilent: true };
  for (const [index, unfit] of [short, short, operated, operated, silent, silent].entries())
    await past.write({ ...RIDE, ...unfit, startedAtMs: startMs + (RIDES + 10 + index) * MINUTE_MS });
  const verdicts = { learned: RIDES, ended_by_operator: 2, driver_was_silent: 2, implausible: 2 };
  await expect.poll(() => figures('ride_times_rides_total'), { timeout: 20_000 }).toEqual(verdicts);

  const after = await quoted();
  const truthS = streetS! * FACTOR;
  expect(after.street_s).toBe(streetS);
  expect(Math.abs(after.trip_s - truthS)).toBeLessThan(Math.abs(streetS! - truthS) / 2);
  // 250, and 110 per km, and 35 per minute, 600 at least.
  const fare = 250 + (110 * after.distance_m) / 1_000 + (35 * after.trip_s) / 60;
  expect(after.fare.amount_minor).toBe(Math.max(600, Math.round(fare)));
  expect((await figures('ride_times_city_factor'))['air']).toBeGreaterThan(1.03);
  const told = await figures('ride_time_error_seconds_sum');
  expect(told).toEqual({ told: RIDES * 150, street: RIDES * 150 });

  const trip = await (await city.rider()).ride(ROSSIO, ESTRELA);
  expect(trip.trip_s).toBe(after.trip_s);
  expect(await city.rows('SELECT street_s FROM trip WHERE ended_at IS NULL')).toEqual([
    { street_s: streetS },
  ]);

  const service = city.world.service('rider-api-1');
  await service.kill();
  await service.restart();
  await expect.poll(() => figures('ride_times_rides_total'), { timeout: 20_000 }).toEqual(verdicts);
  const again = await quoted();
  expect(Math.abs(again.trip_s - after.trip_s)).toBeLessThanOrEqual(1);
  // What was counted before the start is not counted again.
  expect(await figures('ride_time_error_seconds_sum')).toEqual({});
});
