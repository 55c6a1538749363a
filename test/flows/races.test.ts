import { afterAll, beforeAll, expect, test } from 'vitest';
import { CommandClient } from '#libs/bus';
import {
  cancelTrip,
  createQuote,
  createTrip,
  newId,
  toTimestamp,
  type CommandInput,
  type QuoteId,
  type RiderId,
} from '#libs/contracts';
import { cellKeyToH3, pickupCellOf } from '#libs/geo';
import { systemClock } from '#libs/service';
import { ESTRELA, ROSSIO, TestCity } from '../city/test-city.ts';
import type { TestDriver } from '../city/test-driver.ts';
import { PLAYED_PEOPLE } from '../../dev/services/service-environment.ts';

const DRIVERS = 8;
const RIDERS = 100;
const REQUESTS = 100;
let city: TestCity;

beforeAll(async () => {
  city = await TestCity.start(
    ['dev-issuer', 'trips', 'trips', 'matcher', 'matcher', 'rider-api', 'driver-api'],
    { env: PLAYED_PEOPLE },
  );
});
afterAll(() => city.stop());

/** Accepts every offer: a duplicate would show. */
async function acceptFirst(driver: TestDriver): Promise<string> {
  const offer = await driver.offer();
  await driver.accept(offer);
  return offer.trip_id;
}

test(`${RIDERS} riders who ask at once never share one of ${DRIVERS} drivers`, async () => {
  const drivers = await Promise.all(
    Array.from({ length: DRIVERS }, (_, index) =>
      city.driverAt({ lat: ROSSIO.lat + index * 1e-4, lng: ROSSIO.lng }),
    ),
  );
  const riders = await Promise.all(Array.from({ length: RIDERS }, () => city.rider()));
  const rides = Promise.all(riders.map((rider) => rider.ride(ROSSIO, ESTRELA)));
  const accepted = await Promise.all(drivers.map(acceptFirst));
  const trips = await rides;

  expect(new Set(accepted).size).toBe(DRIVERS);
  const states = await Promise.all(trips.map(async ({ trip_id }, index) => riders[index]!.trip(trip_id)));
  const driven = states.filter(({ driver }) => driver !== null);
  expect(new Set(driven.map(({ driver }) => driver?.driver_id)).size).toBe(DRIVERS);
  expect(driven).toHaveLength(DRIVERS);
  expect(states.filter(({ state }) => state === 'processing')).toHaveLength(RIDERS - DRIVERS);
  expect(await city.rows(OVERLAPPING_CLAIMS)).toEqual([]);
});

test('a rider who asks two processes a hundred times at once has one trip, and the next one after canceling', async () => {
  const riderId = newId('rider');
  const commands = new CommandClient({ servers: city.world.nats.urls }, 'racing-rider', systemClock());
  await commands.connect();
  const request = async (quoteId: QuoteId) => {
    const idempotency = { key: quoteId, request_digest: '0'.repeat(64) };
    return commands.call(createTrip, { rider_id: riderId, quote_id: quoteId, idempotency }).then(
      ({ trip_id: tripId }) => ({ tripId, code: 'created' }),
      ({ code }: { code: string }) => ({ tripId: undefined, code }),
    );
  };
  const quotes: { quote_id: QuoteId }[] = [];
  while (quotes.length < REQUESTS) quotes.push(await commands.call(createQuote, quoteFor(riderId)));
  const answers = await Promise.all(quotes.map(({ quote_id }) => request(quote_id)));
  const created = answers.filter(({ code }) => code === 'created');
  expect(created).toHaveLength(1);
  // A process keeps 24 commands of one rider at a time: those that it has no place for are told to come later.
  const refusals = new Set(answers.flatMap(({ code }) => (code === 'created' ? [] : [code])));
  expect([...refusals].toSorted()).toEqual(['rate_limited', 'too_many_open_trips']);

  await commands.call(cancelTrip, { rider_id: riderId, trip_id: created[0]!.tripId! });
  const refused = quotes[answers.findIndex(({ code }) => code !== 'created')]!;
  expect((await request(refused.quote_id)).code).toBe('created');
  await commands.close();
});

function quoteFor(riderId: RiderId): CommandInput<typeof createQuote> {
  const nowMs = Date.now();
  return {
    rider_id: riderId,
    product: 'premium',
    pickup: ROSSIO,
    dropoff: ESTRELA,
    pickup_cell: cellKeyToH3(pickupCellOf(ROSSIO)),
    fare: { amount_minor: 900, currency: 'EUR' },
    distance_m: 1_500,
    trip_s: 300,
    pickup_eta_s: null,
    created_at: toTimestamp(nowMs),
    expires_at: toTimestamp(nowMs + 600_000),
  };
}

/** Consecutive steps of one driver, by version, where the second binds the driver before the first released it. */
const OVERLAPPING_CLAIMS = `
  SELECT * FROM (
    SELECT driver_id, driver_version, driver_status,
      lag(driver_status) OVER (PARTITION BY driver_id ORDER BY driver_version) AS before
    FROM trip_event WHERE driver_status IS NOT NULL) AS step
  WHERE driver_status = 'offered' AND before IN ('offered', 'on_trip')`;
