import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import type { PositionsResult } from '#libs/contracts';
import type { Point } from '#libs/geo';
import { systemClock } from '#libs/service';
import { Operator } from '../city/operator.ts';
import { ESTRELA, ROSSIO, TestCity } from '../city/test-city.ts';
import { DriverPhone, onlineBody } from '../phones/driver-phone.ts';

/** Enough for several offers that are each withdrawn after 2 s, between two requests. */
const PATIENCE_MS = 30_000;

let city: TestCity;

beforeAll(async () => {
  city = await TestCity.start();
});
afterAll(() => city?.stop());

/** A driver without a socket; `poll` sends its position and returns its offer. It goes offline after the test. */
async function pollingDriver(place: Point) {
  const phone = await DriverPhone.register(city.url('dev-issuer-1'), city.url('driver-api-1'), systemClock());
  const { body } = await phone.post<{ session: number }>('/v1/driver/online', onlineBody);
  onTestFinished(async () => void (await phone.post('/v1/driver/offline')));
  const poll = async (): Promise<PositionsResult['offer']> => {
    const positions = [phone.ping(body.session, place.lat, place.lng)];
    return (await phone.post<PositionsResult>('/v1/driver/positions', { positions })).body.offer;
  };
  return { phone, poll };
}

test.each([3_000, 5_000])(
  'a driver who only sends a position every %i ms gets the first offer with the next answer',
  async (intervalMs) => {
    const { phone, poll } = await pollingDriver(ROSSIO);
    expect(await poll()).toBeNull();
    const rider = await city.rider();
    const { trip_id: tripId } = await rider.ride(ROSSIO, ESTRELA);
    onTestFinished(async () => void (await rider.post(`/v1/trips/${tripId}/cancel`)));
    const startMs = performance.now();
    let [offer, requests] = [null as PositionsResult['offer'], 0];
    while (offer === null && performance.now() - startMs < PATIENCE_MS) {
      await new Promise((resolve) => setTimeout(resolve, intervalMs));
      offer = await poll();
      requests += 1;
    }
    expect(offer).toMatchObject({ trip_id: tripId });
    expect(requests).toBe(1);
    expect((await phone.post(`/v1/offers/${offer?.offer_id}/accept`)).status).toBe(200);
  },
);

test('a driver between two requests misses offers, and its pause does not grow for that', async () => {
  const { poll } = await pollingDriver(ROSSIO);
  await poll();
  const rider = await city.rider();
  const { trip_id: tripId } = await rider.ride(ROSSIO, ESTRELA);
  onTestFinished(async () => void (await rider.post(`/v1/trips/${tripId}/cancel`)));
  const operator = await Operator.of(city);
  const pausesS = async (): Promise<number[]> => {
    const ended = (await operator.explain(tripId)).offers.filter(({ fate }) => fate === 'undelivered');
    return ended.map(
      ({ ended_at, ask_again_at }) => (Date.parse(`${ask_again_at}`) - Date.parse(`${ended_at}`)) / 1_000,
    );
  };
  await expect.poll(pausesS, { timeout: PATIENCE_MS, interval: 500 }).toEqual([5, 5]);
  await expect.poll(poll, { timeout: PATIENCE_MS, interval: 1_000 }).toMatchObject({ trip_id: tripId });
});
