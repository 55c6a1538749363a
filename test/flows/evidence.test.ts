import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Problem, TripRecord } from '#libs/contracts';
import { greatCircleM, type Point } from '#libs/geo';
import { REAL_EVIDENCE } from '../../dev/test-world/index.ts';
import { ALL_SERVICES, ESTRELA, ROSSIO, TestCity } from '../city/test-city.ts';
import type { TestDriver } from '../city/test-driver.ts';

/** So fast that the ride between the two places needs some seconds. */
const MAX_RIDE_SPEED_MPS = 500;
const AWAY = { lat: ROSSIO.lat + 0.03, lng: ROSSIO.lng };

let city: TestCity;

beforeAll(async () => {
  const env = { ...REAL_EVIDENCE, HAILGRID_MAX_RIDE_SPEED_MPS: String(MAX_RIDE_SPEED_MPS) };
  city = await TestCity.start([...ALL_SERVICES, 'driver-api'], { env });
});
afterAll(() => city?.stop());

async function accepted(place: Point): Promise<{ driver: TestDriver; tripId: string }> {
  const driver = await city.driverAt(place);
  const rider = await city.rider();
  const { trip_id: tripId } = await rider.ride(ROSSIO, ESTRELA);
  await driver.accept(await driver.offer());
  return { driver, tripId };
}

const codeOf = (answer: { type: string; data: unknown }): string =>
  answer.type === 'error' ? (answer.data as Problem).code : answer.type;

test('a driver who is kilometres away has not arrived, over the socket or not', async () => {
  const { driver, tripId } = await accepted(AWAY);
  const expectedM = greatCircleM(AWAY, ROSSIO);
  const answer = await driver.phone.ask('arrived', { trip_id: tripId });
  expect(answer).toMatchObject({
    type: 'error',
    data: { code: 'too_far_from_pickup', status: 409, distance_m: expect.closeTo(expectedM, -1) as number },
  });
  const { status, body } = await driver.phone.post<Problem>(`/v1/trips/${tripId}/arrived`);
  expect([status, body.code, body.distance_m]).toEqual([
    409,
    'too_far_from_pickup',
    expect.closeTo(expectedM, -1),
  ]);
  for (const step of ['start', 'complete'])
    expect(codeOf(await driver.phone.ask(step, { trip_id: tripId }))).toBe('illegal_transition');
  expect(
    await city.rows(`SELECT state FROM trip WHERE driver ->> 'driverId' = '${driver.driverId}'`),
  ).toEqual([{ state: 'accepted' }]);
  await driver.phone.ask('cancel', { trip_id: tripId });
  await driver.goHome();
});

test('a ride takes time; one that ends far from its dropoff is flagged for operators, with its evidence', async () => {
  const { driver, tripId } = await accepted(ROSSIO);
  // By another instance than the one that has the positions: it asks for them.
  const other = city.url('driver-api-2');
  const arrived = await driver.phone.post<TripRecord>(`${other}/v1/trips/${tripId}/arrived`);
  expect(arrived).toMatchObject({ status: 200, body: { state: 'arrived' } });
  await driver.phone.ask('start', { trip_id: tripId });
  const tooSoon = await driver.phone.ask('complete', { trip_id: tripId });
  expect(tooSoon).toMatchObject({ type: 'error', data: { code: 'ride_too_short' } });
  const { retry_after_s: waitS = NaN } = tooSoon.data as Problem;
  expect(waitS).toBeGreaterThan(0);
  expect(waitS).toBeLessThanOrEqual(Math.ceil(greatCircleM(ROSSIO, ESTRELA) / MAX_RIDE_SPEED_MPS));
  await expect
    .poll(async () => codeOf(await driver.phone.ask('complete', { trip_id: tripId })), {
      timeout: 20_000,
      interval: 500,
    })
    .toBe('ack');

  const events = await city.rows<{ type: string; event: object }>(
    `SELECT type, event FROM trip_event WHERE event ->> 'driverId' = '${driver.driverId}'`,
  );
  const dataOf = (type: string): unknown => events.find((each) => each.type === type)?.event;
  expect(dataOf('arrived')).toMatchObject({ evidence: { distanceM: expect.closeTo(0, 0) as number } });
  expect(dataOf('completed')).toMatchObject({
    flags: ['completed_far_from_dropoff'],
    evidence: { distanceM: expect.closeTo(greatCircleM(ROSSIO, ESTRELA), -1) as number },
  });
  await driver.goHome();
});
