import { newId } from '#libs/contracts';
import { DriverPhone } from '../../../test/phones/driver-phone.ts';
import type { AttackCity } from '../city/attack-city.ts';
import {
  call,
  cancel,
  driverAt,
  ESTRELA,
  personToken,
  ride,
  riderOf,
  ROSSIO,
  WALL_CLOCK,
} from '../city/people.ts';
import { outcome, refusedWith, type Attack, type Outcome } from '../runner/attack.ts';

/** What belongs to others looks as if it did not exist. */
const HIDDEN = [403, 404];

/** Tries something with the trip of somebody else. */
function withTripOfAnother(city: AttackCity, attack: (tripId: string) => Promise<Outcome>): Promise<Outcome> {
  return city.alone(async () => {
    const victim = await riderOf(city);
    const trip = await ride(victim);
    try {
      return await attack(trip.trip_id);
    } finally {
      await cancel(victim, trip);
    }
  });
}

/** Tries something with the open offer of another driver. */
function withOfferOfAnother(
  city: AttackCity,
  attack: (ids: { offer_id: string; trip_id: string }, thief: DriverPhone) => Promise<Outcome>,
): Promise<Outcome> {
  return city.alone(async () => {
    const driver = await driverAt(city, ROSSIO);
    const rider = await riderOf(city);
    const trip = await ride(rider);
    try {
      const offer = await driver.offer();
      const thief = await DriverPhone.register(city.urls.issuer, city.urls.driver, WALL_CLOCK);
      return await attack({ offer_id: offer.offer_id, trip_id: trip.trip_id }, thief);
    } finally {
      await cancel(rider, trip);
      await driver.goHome();
    }
  });
}

const OF_A_TRIP: readonly [
  id: string,
  what: string,
  method: string,
  api: 'rider' | 'driver',
  path: string,
][] = [
  ['read-trip', 'Read the trip of another rider', 'GET', 'rider', ''],
  ['cancel-trip', 'Cancel the trip of another rider', 'POST', 'rider', '/cancel'],
  ['arrive-at-trip', 'Report arrival at a trip of no driver', 'POST', 'driver', '/arrived'],
  ['start-trip', 'Start a trip of no driver', 'POST', 'driver', '/start'],
  ['complete-trip', 'Complete a trip of no driver', 'POST', 'driver', '/complete'],
  ['give-trip-back', 'Give back a trip of no driver', 'POST', 'driver', '/cancel'],
];

export const OTHERS_THINGS: readonly Attack[] = [
  ...OF_A_TRIP.map(([id, what, method, api, path]) => ({
    id,
    what,
    run: (city: AttackCity) =>
      withTripOfAnother(city, async (tripId) => {
        const token = await personToken(city, api);
        return refusedWith(
          [...HIDDEN, 409],
          await call(city.urls[api], `/v1/trips/${tripId}${path}`, { method, token }),
        );
      }),
  })),
  {
    id: 'history-of-trip',
    what: 'Read the history of a trip as its rider, with the drivers who refused it',
    run: (city) =>
      withTripOfAnother(city, async (tripId) => {
        const token = await personToken(city, 'rider');
        return refusedWith(
          [401, ...HIDDEN],
          await call(city.urls.trips, `/v1/trips/${tripId}/history`, { method: 'GET', token }),
        );
      }),
  },
  {
    id: 'list-trips',
    what: 'Find the trip of another rider in the own list, by a cursor of that trip',
    run: (city) =>
      withTripOfAnother(city, async (tripId) => {
        const token = await personToken(city, 'rider');
        const cursors = ['', `?cursor=${Buffer.from(tripId).toString('base64url')}`, `?cursor=${tripId}`];
        const answers = await Promise.all(
          cursors.map((query) => call(city.urls.rider, `/v1/trips${query}`, { method: 'GET', token })),
        );
        return outcome(
          answers.some(({ body }) => JSON.stringify(body).includes(tripId)),
          answers.map(({ status }) => status),
        );
      }),
  },
  {
    id: 'resume-trip',
    what: 'Follow the trip of another rider by resuming it',
    run: (city) =>
      withTripOfAnother(city, async (tripId) => {
        const rider = await riderOf(city);
        await rider.connect();
        const answer = await rider.ask('resume', { trips: [{ trip_id: tripId, last_seq: 0 }] });
        const told = rider.frames.some((frame) => JSON.stringify(frame).includes('pickup'));
        rider.hangUp();
        return outcome(told, answer.data);
      }),
  },
  ...(['accept', 'decline'] as const).map((act) => ({
    id: `${act}-offer`,
    what: `${act === 'accept' ? 'Accept' : 'Decline'} the offer of another driver`,
    run: (city: AttackCity) =>
      withOfferOfAnother(city, async ({ offer_id }, thief) =>
        refusedWith([...HIDDEN, 409], await thief.post(`/v1/offers/${offer_id}/${act}`)),
      ),
  })),
  {
    id: 'received-offer',
    what: 'Say that the offer of another driver was received',
    run: (city) =>
      withOfferOfAnother(city, async ({ offer_id }, thief) => {
        await thief.connect();
        const answer = await thief.ask('received', { offer_id });
        thief.hangUp();
        return outcome(answer.type !== 'error', answer.data);
      }),
  },
  {
    id: 'quote-of-another',
    what: 'Request a trip by the quote of another rider',
    run: async (city) => {
      const [one, other] = await Promise.all([riderOf(city), riderOf(city)]);
      const { body } = await one.quote(ROSSIO, ESTRELA);
      return refusedWith(HIDDEN, await other.requestTrip(body.quote_id, newId('event')));
    },
  },
  {
    id: 'key-of-another',
    what: 'Get the trip of another rider by repeating its idempotency key and body',
    run: async (city) => {
      const [one, other] = await Promise.all([riderOf(city), riderOf(city)]);
      const { body: quote } = await one.quote(ROSSIO, ESTRELA);
      const key = newId('event');
      const { body: trip } = await one.requestTrip(quote.quote_id, key);
      const answer = await other.requestTrip(quote.quote_id, key);
      await cancel(one, trip);
      return outcome(answer.status < 400 || JSON.stringify(answer.body).includes(trip.trip_id), {
        status: answer.status,
        body: answer.body,
      });
    },
  },
  {
    id: 'own-rider-as-driver',
    what: 'Drive the own trip with a second token of the same subject',
    run: async (city) => {
      // The same issuer names one person with two roles; its subject is not an id of this city.
      const subject = `person-${newId('event')}`;
      const [rider, driver] = await Promise.all([
        personToken(city, 'rider', subject),
        personToken(city, 'driver', subject),
      ]);
      return driveOwnTrip(city, rider, driver);
    },
  },
];

async function driveOwnTrip(city: AttackCity, riderToken: string, driverToken: string): Promise<Outcome> {
  const { rider, driver } = city.urls;
  const online = await call(driver, '/v1/driver/online', {
    token: driverToken,
    body: {
      product: 'premium',
      vehicle: { plate: 'AA-00-BB', make: 'Dacia', model: 'Logan', color: 'white' },
    },
  });
  if (online.status !== 200) throw new Error(`not online: ${JSON.stringify(online.body)}`);
  const { session } = online.body as { session: number };
  let seq = 0;
  const ping = () => {
    seq += 1;
    return call(driver, '/v1/driver/positions', {
      token: driverToken,
      body: { positions: [{ session, seq, ...ROSSIO, recorded_at: new Date().toISOString() }] },
    });
  };
  await ping();
  const quote = await call(rider, '/v1/quotes', {
    token: riderToken,
    body: { product: 'premium', pickup: ROSSIO, dropoff: ESTRELA },
  });
  const { quote_id } = quote.body as { quote_id: string };
  const trip = await call(rider, '/v1/trips', {
    token: riderToken,
    body: { quote_id },
    headers: { 'idempotency-key': newId('event') },
  });
  if (trip.status !== 201) throw new Error(`not requested: ${JSON.stringify(trip.body)}`);
  const { trip_id } = trip.body as { trip_id: string };
  let offered: unknown = null;
  for (let time = 0; time < 20 && offered === null; time += 1) {
    const { body } = await ping();
    offered = (body as { offer: unknown }).offer;
    await new Promise((resolve) => void setTimeout(resolve, 100));
  }
  await call(rider, `/v1/trips/${trip_id}/cancel`, { token: riderToken });
  await call(driver, '/v1/driver/offline', { token: driverToken });
  return outcome(offered !== null, offered ?? 'no offer within 2 s');
}
