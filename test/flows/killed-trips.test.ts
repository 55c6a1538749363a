import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectBus } from '#libs/bus';
import { newId, type Problem, type RiderTrip } from '#libs/contracts';
import { ESTRELA, ROSSIO, TestCity } from '../city/test-city.ts';
import type { Answer } from '../phones/phone.ts';
import type { RiderPhone } from '../phones/rider-phone.ts';
import { numbersUpTo, readStream } from '../events/read-stream.ts';

const RIDERS = 60;
const MAX_TRIES = 40;
const RETRY_MS = 100;
let city: TestCity;

beforeAll(async () => {
  city = await TestCity.start(['dev-issuer', 'trips', 'trips', 'matcher', 'rider-api', 'driver-api']);
});
afterAll(() => city.stop());

/** Like a phone: repeats the request with the same key until the answer is not "try later". */
async function persist(
  rider: RiderPhone,
  quoteId: string,
): Promise<{ answer: Answer<RiderTrip & Problem>; tries: number }> {
  const key = newId('event');
  for (let tries = 1; ; tries += 1) {
    const answer = await rider.requestTrip(quoteId, key);
    if (answer.status !== 503 || tries === MAX_TRIES) return { answer, tries };
    expect(answer.headers.get('retry-after')).not.toBeNull();
    await new Promise((resolve) => void setTimeout(resolve, RETRY_MS));
  }
}

test('a killed trips instance loses nothing acknowledged, and repeats nothing', async () => {
  const riders = await Promise.all(Array.from({ length: RIDERS }, () => city.rider()));
  const quotes = await Promise.all(riders.map(async (rider) => (await rider.quote(ROSSIO, ESTRELA)).body));

  const requests = riders.map(async (rider, index) => {
    await new Promise((resolve) => void setTimeout(resolve, index * 10));
    return persist(rider, quotes[index]!.quote_id);
  });
  await requests[RIDERS / 3];
  await city.world.service('trips-1').kill();
  const answered = await Promise.all(requests);

  expect(answered.map(({ answer }) => answer.status)).toEqual(riders.map(() => 201));
  const rows = await city.rows<{ trips: number; events: number }>(
    `SELECT count(*)::int AS trips, (SELECT count(*)::int FROM trip_event WHERE type = 'requested') AS events FROM any_trip`,
  );
  expect(rows).toEqual([{ trips: RIDERS, events: RIDERS }]);
  const read = await Promise.all(
    answered.map(({ answer }, index) => riders[index]!.trip(answer.body.trip_id)),
  );
  expect(read.map(({ trip_id }) => trip_id)).toEqual(answered.map(({ answer }) => answer.body.trip_id));

  // Matching continues, and the other process publishes what the dead one had committed.
  const driver = await city.driverAt(ROSSIO);
  await driver.accept(await driver.offer());
  await expect.poll(() => city.rows('SELECT * FROM outbox'), { timeout: 15_000 }).toEqual([]);
  await city.world.service('trips-1').restart();

  // The event stream also has all events of each trip, in order.
  const written = await city.rows<{ seq: number }>('SELECT seq FROM any_trip ORDER BY trip_id');
  const bus = await connectBus({ servers: city.world.nats.urls }, 'reader');
  const stored = [...(await readStream(bus))].toSorted(([a], [b]) => (a < b ? -1 : 1));
  expect(stored.map(([, seqs]) => seqs)).toEqual(written.map(({ seq }) => numbersUpTo(seq)));
  await bus.close();
});
