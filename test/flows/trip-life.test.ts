import { afterAll, beforeAll, expect, test } from 'vitest';
import { uuidOf, type RiderServerFrame } from '#libs/contracts';
import { Operator } from '../city/operator.ts';
import { ESTRELA, ROSSIO, TestCity } from '../city/test-city.ts';

let city: TestCity;

beforeAll(async () => {
  city = await TestCity.start();
});
afterAll(() => city.stop());

test('a rider is matched, driven and completed, and gets every event once and in order', async () => {
  const driver = await city.driverAt(ROSSIO);
  const rider = await city.rider();
  await rider.connect();

  const quote = await rider.quote(ROSSIO, ESTRELA);
  expect(quote.status).toBe(201);
  expect(quote.body.fare.amount_minor).toBeGreaterThan(0);
  const requested = await rider.requestTrip(quote.body.quote_id, 'first-trip');
  expect(requested.status).toBe(201);
  expect(requested.body).toMatchObject({ state: 'processing', seq: 1, fare: quote.body.fare, driver: null });
  expect([quote.body.distance_source, requested.body.distance_source]).toEqual(['air', 'air']);
  const tripId = requested.body.trip_id;

  const offer = await driver.offer();
  expect(offer).toMatchObject({ trip_id: tripId, fare: quote.body.fare, pickup: ROSSIO, dropoff: ESTRELA });
  expect(offer.distance_source).toBe('air');
  await driver.accept(offer);
  const accepted = await rider.untilEvent('accepted');
  expect(accepted.data.trip.driver).toMatchObject({
    driver_id: driver.driverId,
    vehicle: { plate: 'AA-00-BB' },
  });

  const position = await rider.socket.until(
    (frame): frame is Extract<RiderServerFrame, { type: 'driver_position' }> =>
      frame.type === 'driver_position',
  );
  expect(position.data.trip_id).toBe(tripId);
  expect(position.data.point.lat).toBeCloseTo(ROSSIO.lat, 5);

  await driver.drive(tripId);
  await rider.untilEvent('completed');
  const events = rider.frames
    .filter((frame) => frame.type === 'trip')
    .map(({ seq, data }) => [seq, data.event]);
  expect(events).toEqual([
    [1, 'requested'],
    [2, 'offer_made'],
    [3, 'accepted'],
    [4, 'arrived'],
    [5, 'started'],
    [6, 'completed'],
  ]);
  expect(await rider.trip(tripId)).toMatchObject({ state: 'completed', seq: 6, distance_source: 'air' });
  expect(await city.rows('SELECT * FROM driver_claim')).toEqual([]);
  await driver.goHome();

  // Operators see afterwards where the driver was, and that each event follows the one before.
  const operator = await Operator.of(city);
  const trace = await operator.trace(tripId);
  expect(trace.kept_s).toBe(86_400);
  expect(trace.data[0]?.point.lat).toBeCloseTo(ROSSIO.lat, 5);
  const moments = trace.data.map(({ at }) => at);
  expect(moments).toEqual(moments.toSorted());
  const history = await operator.history(tripId);
  const stored = await city.rows<{ hash: string }>(
    `SELECT encode(hash, 'hex') AS hash FROM trip_event WHERE trip_id = '${uuidOf('trip', tripId)}' ORDER BY seq`,
  );
  expect(history.events.map(({ hash }) => hash)).toEqual(stored.map(({ hash }) => hash));
  expect(new Set(stored.map(({ hash }) => hash)).size).toBe(6);
});

test('a repeated request gets the same trip, and another request under its key is refused', async () => {
  const rider = await city.rider();
  const { body: quote } = await rider.quote(ROSSIO, ESTRELA);
  const { body: other } = await rider.quote(ESTRELA, ROSSIO);
  const first = await rider.requestTrip(quote.quote_id, 'same-key');
  const again = await rider.requestTrip(quote.quote_id, 'same-key');
  expect(again.body.trip_id).toBe(first.body.trip_id);
  const reused = await rider.requestTrip(other.quote_id, 'same-key');
  expect(reused).toMatchObject({ status: 422, body: { code: 'idempotency_key_reused' } });
  const used = await rider.requestTrip(quote.quote_id, 'other-key');
  expect(used).toMatchObject({ status: 409, body: { code: 'quote_used' } });
  expect(used.headers.get('content-type')).toContain('application/problem+json');
  const canceled = await rider.post(`/v1/trips/${first.body.trip_id}/cancel`, {});
  expect(canceled).toMatchObject({ status: 200, body: { state: 'rider_canceled' } });
});

test('a rider who resumes with its last number gets the rest', async () => {
  const driver = await city.driverAt(ROSSIO);
  const rider = await city.rider();
  const { trip_id: tripId } = await rider.ride(ROSSIO, ESTRELA);
  await driver.accept(await driver.offer());
  await driver.drive(tripId);
  await rider.connect();
  const socketFrames = rider.frames.length;
  rider.send({ type: 'resume', id: 'back', data: { trips: [{ trip_id: tripId, last_seq: 2 }] } });
  await rider.untilEvent('completed');
  const seqs = rider.frames
    .slice(socketFrames)
    .flatMap((frame) => (frame.type === 'trip' ? [frame.seq] : []));
  expect(seqs).toEqual([3, 4, 5, 6]);
});
