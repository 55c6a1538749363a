import { newId, uuidOf } from '#libs/contracts';
import type { AttackCity } from '../city/attack-city.ts';
import { call, cancel, ESTRELA, personToken, QUOTE, ride, riderOf, ROSSIO } from '../city/people.ts';
import { outcome, type Attack, type Outcome } from '../runner/attack.ts';

/** Calls of a minute that one caller has; a limiter may let the calls of two minutes through in one. */
const QUOTES_PER_MIN = 60;
const CANCELS_PER_MIN = 20;
const TICKETS_PER_MIN = 30;
const REQUESTS_PER_MIN = 600;
const BURST = 2;

/** Sends all at once, and tells how many were not refused as too many. */
async function flood(
  count: number,
  limit: number,
  send: () => Promise<{ status: number }>,
): Promise<Outcome> {
  const statuses = (await Promise.all(Array.from({ length: count }, send))).map(({ status }) => status);
  const served = statuses.filter((status) => status !== 429).length;
  const faults = statuses.filter((status) => status >= 500).length;
  return outcome(served > limit * BURST || faults > 0, `${served} of ${count} served, ${faults} faults`);
}

const OPEN_TRIPS = 1;

/** Requests with 100 keys at once over 50 quotes. */
async function manyTrips(city: AttackCity): Promise<Outcome> {
  const rider = await riderOf(city);
  const quotes: Awaited<ReturnType<typeof rider.quote>>[] = [];
  // One after the other: what is attacked is the request.
  while (quotes.length < 50) quotes.push(await rider.quote(ROSSIO, ESTRELA));
  const refused = quotes.find(({ status }) => status !== 201);
  if (refused !== undefined) throw new Error(`no quote: ${JSON.stringify(refused.body)}`);
  const answers = await Promise.all(
    [...quotes, ...quotes].map(({ body }) => rider.requestTrip(body.quote_id, newId('event'))),
  );
  const rows = await city.rows<{ trip_id: string }>(
    `SELECT trip_id FROM trip WHERE rider_id = '${uuidOf('rider', rider.riderId)}' AND ended_at IS NULL`,
  );
  const made = answers.filter(({ status }) => status === 201);
  for (const { body } of made) await cancel(rider, body);
  if (made.length === 0) throw new Error(`no trip at all: ${JSON.stringify(answers[0]?.body)}`);
  return outcome(rows.length > OPEN_TRIPS, `${rows.length} open trips, ${made.length} acknowledged`);
}

const SOCKETS = 20;
const RESUMED = 15;
const HONEST_CALLS = 30;

/** One rider resumes its trips over many sockets again and again; the calls of others must be answered. */
async function greedyRider(city: AttackCity): Promise<Outcome> {
  const greedy = await riderOf(city);
  const trips: string[] = [];
  while (trips.length < RESUMED) {
    const trip = await ride(greedy);
    await cancel(greedy, trip);
    trips.push(trip.trip_id);
  }
  const data = { trips: trips.map((trip_id) => ({ trip_id, last_seq: 0 })) };
  const sockets: Awaited<ReturnType<typeof greedy.connect>>[] = [];
  // One after the other: a ticket is good for the newest few only.
  while (sockets.length < SOCKETS) sockets.push(await greedy.connect());
  const ending = new AbortController();
  const loops = sockets.map(async ({ socket }) => {
    // A socket above the bound is closed, and its frame gets no answer.
    const closed = socket.closed.then(() => 'closed' as const);
    while (!ending.signal.aborted)
      if (
        (await Promise.race([socket.ask('resume', data).catch(() => 'closed' as const), closed])) === 'closed'
      )
        return;
  });
  const others = await Promise.all(Array.from({ length: HONEST_CALLS }, () => riderOf(city)));
  const answers = await Promise.all(others.map((rider) => rider.get('/v1/trips')));
  const quotes = await Promise.all(others.map((rider) => rider.quote(ROSSIO, ESTRELA)));
  ending.abort();
  greedy.hangUp();
  await Promise.allSettled(loops);
  const refused = [...answers, ...quotes].filter(({ status }) => status >= 400);
  return outcome(refused.length > 0, `${refused.length} of ${2 * HONEST_CALLS} honest calls refused`);
}

export const LIMITS: readonly Attack[] = [
  {
    id: 'quotes',
    what: 'Have 225 quotes committed at once as one rider',
    run: async (city) => {
      const token = await personToken(city, 'rider');
      return flood(225, QUOTES_PER_MIN, () => call(city.urls.rider, '/v1/quotes', { token, body: QUOTE }));
    },
  },
  {
    id: 'cancellations',
    what: 'Send 120 cancellations at once as one rider',
    run: async (city) => {
      const token = await personToken(city, 'rider');
      return flood(120, CANCELS_PER_MIN, () =>
        call(city.urls.rider, `/v1/trips/${newId('trip')}/cancel`, { token }),
      );
    },
  },
  {
    id: 'tickets',
    what: 'Get 120 tickets at once as one rider',
    run: async (city) => {
      const token = await personToken(city, 'rider');
      return flood(120, TICKETS_PER_MIN, () => call(city.urls.rider, '/v1/stream/tickets', { token }));
    },
  },
  {
    id: 'reads',
    what: 'Send 1,500 reads at once as one rider',
    run: async (city) => {
      const token = await personToken(city, 'rider');
      return flood(1_500, REQUESTS_PER_MIN, () =>
        call(city.urls.rider, '/v1/trips?limit=1', { method: 'GET', token }),
      );
    },
  },
  {
    id: 'open-trips',
    what: 'Have more than one open trip by 100 requests with 100 keys at once',
    run: manyTrips,
  },
  {
    id: 'greedy-rider',
    what: `Crowd out ${HONEST_CALLS} others by ${SOCKETS} sockets that resume ${RESUMED} trips without pause`,
    run: greedyRider,
  },
  {
    id: 'guessed-tokens',
    what: 'Guess tokens from one address without being slowed down',
    run: async (city) => {
      // The last attack on driver-api: its limit of refusals is of the address, which is everybody's here.
      const statuses = await Promise.all(
        Array.from({ length: 1_300 }, (_, index) =>
          call(city.urls.driver, '/v1/driver', { method: 'GET', token: `a.b.${index}` }).then(
            ({ status }) => status,
          ),
        ),
      );
      const slowed = statuses.filter((status) => status === 429).length;
      return outcome(slowed === 0, `${slowed} of ${statuses.length} slowed down`);
    },
  },
];
