import type { NatsConnection } from '@nats-io/transport-node';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CommandClient } from '#libs/bus';
import {
  answerOffer,
  cancelTrip,
  createTrip,
  driveTrip,
  getTrip,
  goOffline,
  goOnline,
  listTrips,
  newId,
  replayTrip,
  uuidOf,
  type RiderId,
  type TripId,
} from '#libs/contracts';
import { connectBus, type BusAccess } from '#libs/nats';
import { onBehalfOf, systemClock, type Caller } from '#libs/service';
import { ESTRELA, ROSSIO, TestCity } from '../city/test-city.ts';
import { tokenFor } from '../phones/tokens.ts';

/** Whoever has taken over an API process has its key, and the tokens of those who use it then. */
let city: TestCity;
let riderApi: CommandClient;
let driverApi: CommandClient;
let raw: NatsConnection;
let victim: { riderId: RiderId; tripId: TripId };

beforeAll(async () => {
  city = await TestCity.start(['dev-issuer', 'trips', 'matcher', 'rider-api', 'driver-api']);
  riderApi = await stolen('rider-api');
  driverApi = await stolen('driver-api');
  raw = await connectBus(access('rider-api'), 'thief-raw');
  const rider = await city.rider();
  const { trip_id: tripId } = await rider.ride(ROSSIO, ESTRELA);
  victim = { riderId: rider.riderId, tripId };
});
afterAll(async () => {
  await Promise.all([riderApi?.close(), driverApi?.close(), raw?.close()]);
  await city?.stop();
});

function access(role: 'rider-api' | 'driver-api'): BusAccess {
  const servers = city.world.nats.urls.map((url) => url.replace(/\/\/[^@]*@/, '//'));
  return { servers, role, nkeySeed: city.world.nats.seeds[role] };
}

async function stolen(role: 'rider-api' | 'driver-api'): Promise<CommandClient> {
  const client = new CommandClient(access(role), `thief-${role}`, systemClock());
  await client.connect();
  return client;
}

const idempotency = { key: 'thief', request_digest: '0'.repeat(64) };
const VEHICLE = { make: 'Fiat', model: 'Panda', color: 'red', plate: 'AA-00-AA' };

/** Every command that acts for a person, in the name of somebody who is not there. */
const ACTS: Record<string, () => Promise<unknown>> = {
  'request a trip': () =>
    riderApi.call(createTrip, { rider_id: victim.riderId, quote_id: newId('quote'), idempotency }),
  'cancel a trip': () => riderApi.call(cancelTrip, { rider_id: victim.riderId, trip_id: victim.tripId }),
  'list trips': () => riderApi.call(listTrips, { rider_id: victim.riderId, limit: 10 }),
  'read a trip': () =>
    riderApi.call(getTrip, { trip_id: victim.tripId, reader: { role: 'rider', rider_id: victim.riderId } }),
  'read a trip as an operator': () =>
    riderApi.call(getTrip, { trip_id: victim.tripId, reader: { role: 'operator' } }),
  'replay a trip': () =>
    driverApi.call(replayTrip, {
      trip_id: victim.tripId,
      after_seq: 0,
      reader: { role: 'rider', rider_id: victim.riderId },
    }),
  'go online': () =>
    driverApi.call(goOnline, { driver_id: newId('driver'), product: 'standard', vehicle: VEHICLE }),
  'go offline': () => driverApi.call(goOffline, { driver_id: newId('driver') }),
  'answer an offer': () =>
    driverApi.call(answerOffer, { driver_id: newId('driver'), offer_id: newId('offer'), answer: 'accept' }),
};

test.each(Object.keys(ACTS))('without a token, a stolen process cannot %s', async (act) => {
  await expect(ACTS[act]!()).rejects.toMatchObject({ code: 'unauthenticated' });
});

test.each(Object.keys(ACTS))('with the token of somebody else, it cannot %s', async (act) => {
  const present = { token: await tokenFor(city.url('dev-issuer-1'), 'rider', newId('rider')) } as Caller;
  await expect(onBehalfOf(present, () => ACTS[act]!())).rejects.toMatchObject({
    code: expect.stringMatching(/^(unauthenticated|forbidden)$/) as string,
  });
});

test('the trip of the victim is as it was, and its rider can cancel it', async () => {
  const state = await city.rows<{ state: string }>(
    `SELECT state FROM trip WHERE trip_id = '${uuidOf('trip', victim.tripId)}'`,
  );
  expect(state).toEqual([{ state: 'processing' }]);
});

test('with the role of rider-api nobody drives, whatever token it has', async () => {
  const forbidden: string[] = [];
  void (async () => {
    for await (const status of raw.status())
      if (status.type === 'error') forbidden.push(status.error.message);
  })();
  raw.publish(driveTrip.subject, '{}');
  await expect.poll(() => forbidden.join()).toContain(driveTrip.subject);
});

test('with its own token a person is served', async () => {
  const riderId = newId('rider');
  const present = { token: await tokenFor(city.url('dev-issuer-1'), 'rider', riderId) } as Caller;
  const trips = await onBehalfOf(present, () => riderApi.call(listTrips, { rider_id: riderId, limit: 10 }));
  expect(trips).toEqual({ trips: [], more: false });
});
