import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '#libs/service';
import { Operator } from '../city/operator.ts';
import { ALL_SERVICES, ESTRELA, ROSSIO, TestCity } from '../city/test-city.ts';
import { DriverPhone, onlineBody } from '../phones/driver-phone.ts';

/** Far below the life of an offer (15 s): the delivery deadline and a round. */
const PASSED_ON_WITHIN_MS = 5_000;
/** A driver without a socket is passed over before the delivery deadline of 2 s. */
const AT_ONCE_MS = 1_800;

let city: TestCity;

beforeAll(async () => {
  city = await TestCity.start([...ALL_SERVICES, 'driver-api']);
});
afterAll(() => city?.stop());

/** Each about 150 m further away. */
const placeNo = (number: number) => ({ lat: ROSSIO.lat + number * 0.0014, lng: ROSSIO.lng });

async function fatesOf(tripId: string): Promise<string[]> {
  const { offers } = await (await Operator.of(city)).explain(tripId);
  return offers.map(({ fate }) => fate);
}

test('the nearest driver has just lost its socket: the next one is asked at once, and it hears so when back', async () => {
  const near = await city.driverAt(placeNo(0));
  const far = await city.driverAt(placeNo(1));
  const rider = await city.rider();
  near.hangUp();
  await new Promise((resolve) => setTimeout(resolve, 500));
  const askedAtMs = performance.now();
  const { trip_id: tripId } = await rider.ride(ROSSIO, ESTRELA);
  const offer = await far.offer();
  expect(performance.now() - askedAtMs).toBeLessThan(AT_ONCE_MS);
  await far.accept(offer);
  expect(await fatesOf(tripId)).toEqual(['undelivered', 'accepted']);
  const { welcome } = await near.phone.connect();
  expect(welcome.data.driver.offer).toBeNull();
  expect((await near.phone.next('offer_closed')).data).toMatchObject({
    trip_id: tripId,
    event: 'offer_undelivered',
  });
  await far.drive(tripId);
  await Promise.all([near, far].map((driver) => driver.goHome()));
});

test('a driver who comes back by another instance sees its open offer, and hears by its resume that one is gone', async () => {
  const driver = await city.driverAt(placeNo(0));
  const { phone } = driver;
  const rider = await city.rider();
  const { trip_id: tripId } = await rider.ride(ROSSIO, ESTRELA);
  const offer = await driver.offer();
  await phone.ask('received', { offer_id: offer.offer_id });
  driver.hangUp();
  const there = await phone.connect(city.url('driver-api-2'));
  expect(there.welcome.data.driver.offer).toMatchObject({ offer_id: offer.offer_id, trip_id: tripId });
  phone.hangUp();
  expect((await rider.post(`/v1/trips/${tripId}/cancel`, {})).status).toBe(200);
  const back = await phone.connect(city.url('driver-api-1'));
  expect(back.welcome.data.driver.offer).toBeNull();
  phone.send({ type: 'resume', data: { trips: [{ trip_id: tripId, last_seq: 2 }] } });
  expect((await phone.next('offer_closed')).data).toMatchObject({
    trip_id: tripId,
    event: 'rider_canceled',
  });
  await phone.ask('offline', {});
  phone.hangUp();
});

test('an app that acknowledged before and now does not: the next driver is asked, long before the offer expires', async () => {
  const near = await city.driverAt(placeNo(0));
  const rider = await city.rider();
  const first = await rider.ride(ROSSIO, ESTRELA);
  const known = await near.offer();
  expect(await near.phone.ask('received', { offer_id: known.offer_id })).toMatchObject({ type: 'ack' });
  expect(await fatesOf(first.trip_id)).toEqual(['delivered']);
  await near.accept(known);
  await near.drive(first.trip_id);
  const far = await city.driverAt(placeNo(1));
  const askedAtMs = performance.now();
  const { trip_id: tripId } = await (await city.rider()).ride(ROSSIO, ESTRELA);
  const silent = await near.offer();
  const offer = await far.offer();
  expect(performance.now() - askedAtMs).toBeLessThan(PASSED_ON_WITHIN_MS);
  expect(await near.phone.ask('received', { offer_id: silent.offer_id })).toMatchObject({
    type: 'error',
    data: { code: 'offer_closed' },
  });
  await far.accept(offer);
  expect(await fatesOf(tripId)).toEqual(['undelivered', 'accepted']);
  await far.drive(tripId);
  await Promise.all([near, far].map((driver) => driver.goHome()));
});

test('an app that does not know the frame keeps its offer, since its socket answers pings', async () => {
  const near = await city.driverAt(placeNo(0));
  const rider = await city.rider();
  const { trip_id: tripId } = await rider.ride(ROSSIO, ESTRELA);
  const offer = await near.offer();
  await new Promise((resolve) => setTimeout(resolve, PASSED_ON_WITHIN_MS));
  expect(await fatesOf(tripId)).toEqual(['delivered']);
  await near.accept(offer);
  await near.drive(tripId);
  await near.goHome();
});

test('each offer that an app acknowledges by the frame stays open, the second one too', async () => {
  const near = await city.driverAt(placeNo(0));
  for (const rider of [await city.rider(), await city.rider()]) {
    const { trip_id: tripId } = await rider.ride(ROSSIO, ESTRELA);
    const offer = await near.offer();
    expect(await near.phone.ask('received', { offer_id: offer.offer_id })).toMatchObject({ type: 'ack' });
    await new Promise((resolve) => setTimeout(resolve, PASSED_ON_WITHIN_MS));
    expect(await fatesOf(tripId)).toEqual(['delivered']);
    await near.accept(offer);
    await near.drive(tripId);
  }
  await near.goHome();
});

test('a driver who only sends requests gets an offer by polling', async () => {
  const phone = await DriverPhone.register(city.url('dev-issuer-1'), city.url('driver-api-1'), systemClock());
  const { body } = await phone.post<{ session: number }>('/v1/driver/online', onlineBody);
  const ping = () =>
    phone.post('/v1/driver/positions', { positions: [phone.ping(body.session, ROSSIO.lat, ROSSIO.lng)] });
  await ping();
  const rider = await city.rider();
  const { trip_id: tripId } = await rider.ride(ROSSIO, ESTRELA);
  const seen = async () => {
    await ping();
    return (await phone.get<{ offer: { offer_id: string; trip_id: string } | null }>('/v1/driver')).body
      .offer;
  };
  await expect.poll(seen, { timeout: 10_000, interval: 500 }).toMatchObject({ trip_id: tripId });
  await expect.poll(() => fatesOf(tripId), { timeout: 2_000 }).toEqual(['delivered']);
  const offer = await seen();
  expect((await phone.post(`/v1/offers/${offer?.offer_id}/accept`)).status).toBe(200);
  expect(await fatesOf(tripId)).toEqual(['accepted']);
});
