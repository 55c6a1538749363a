import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { newId, toTimestamp, uuidOf, type DriverId, type RiderId, type TripId } from '#libs/contracts';
import {
  isTerminal,
  TRIP_STATES,
  TRIP_TRANSITIONS,
  type Trip,
  type TripCommand,
  type TripCommandType,
  type TripRequest,
  type TripState,
} from '#libs/trip';
import { tripRequest } from '../../dev/fixtures/trip-request.ts';
import { testDatabase, type TestDatabase } from '../../dev/test-world/index.ts';
import { query } from '../../ops/postgres/query.ts';
import { Database, insertQuote, openSession, readSlotDisagreements, TripStore } from './index.ts';

const BY = { operatorId: 'operator_1', reasonCode: 'breakdown' } as const;
const VEHICLE = { plate: 'AA-01-BB', make: 'Seat', model: 'Leon', color: 'white' };
const BEGIN_MS = Date.parse('2026-03-01T12:00:00Z');
const HOUR_MS = 3_600_000;
const LIMITS = { acceptedMs: 1, arrivedMs: 1, stuckMs: 1, lostContactMs: 1 };
const REQUESTS = 100;

let testBase: TestDatabase;
/** As two processes have them. */
let stores: readonly [TripStore, TripStore];
let nowMs = BEGIN_MS;

beforeAll(async () => {
  testBase = await testDatabase();
  const open = (): TripStore => {
    const database = new Database({ urls: testBase.urls, maxConnections: 4, applicationName: 'slots-test' });
    return new TripStore(database, { now: () => nowMs, outboxGraceMs: 2_000 });
  };
  stores = [open(), open()];
});
afterAll(async () => {
  await Promise.all((stores ?? []).map((store) => store.close()));
  await testBase?.drop();
});

async function quoted(riderId: RiderId): Promise<TripRequest> {
  const request = tripRequest({ riderId, requestedAtMs: nowMs, searchDeadlineAtMs: nowMs + 1 });
  await insertQuote(stores[0], {
    quote_id: request.quoteId,
    rider_id: riderId,
    product: 'standard',
    pickup: request.pickup,
    dropoff: request.dropoff,
    pickup_cell: request.pickupCell,
    fare: { amount_minor: request.fareAmountMinor, currency: request.fareCurrency },
    distance_m: request.distanceM,
    trip_s: request.tripS,
    pickup_eta_s: null,
    created_at: toTimestamp(nowMs),
    expires_at: toTimestamp(nowMs + 60_000),
  });
  return request;
}

/** Requests the trip under a key of its own; returns `created` or the code of the refusal. */
async function request(trip: TripRequest, maxOpenTrips: number | undefined, store = stores[0]) {
  const idempotency = { key: trip.tripId, request_digest: '0'.repeat(64) };
  const once = { actor: { prefix: 'rider', id: trip.riderId }, idempotency, output: z.string() } as const;
  const made = store.commit(once, async (transaction) => {
    await transaction.quoteOf(trip.riderId, trip.quoteId);
    return (await transaction.create(trip, maxOpenTrips)).tripId;
  });
  return made.then(
    () => 'created',
    (error: { code?: string }) => error.code ?? error,
  );
}

async function requestAtOnce(riderId: RiderId, maxOpenTrips: number | undefined) {
  const trips = await Promise.all(Array.from({ length: REQUESTS }, () => quoted(riderId)));
  const outcomes = await Promise.all(
    trips.map((trip, index) => request(trip, maxOpenTrips, stores[index % 2])),
  );
  return { trips, outcomes, created: trips.filter((_, index) => outcomes[index] === 'created') };
}

const cancel = (tripId: TripId) =>
  stores[0].transact((transaction) =>
    transaction.change(tripId, () => ({ type: 'rider_cancel', reason: null })),
  );

async function expectAgreement(): Promise<void> {
  expect(await readSlotDisagreements(stores[0], 10)).toEqual([]);
}

test('gives a rider one trip of a hundred requested at once', async () => {
  const riderId = newId('rider');
  const { trips, outcomes, created } = await requestAtOnce(riderId, undefined);
  expect(created).toHaveLength(1);
  expect(outcomes.filter((outcome) => outcome === 'too_many_open_trips')).toHaveLength(REQUESTS - 1);
  await expectAgreement();

  // A refusal is not kept: the same key works once the trip has ended.
  const refused = trips.find((_, index) => outcomes[index] === 'too_many_open_trips')!;
  expect(await request(refused, undefined)).toBe('too_many_open_trips');
  await cancel(created[0]!.tripId);
  expect(await request(refused, undefined)).toBe('created');
  await expectAgreement();
});

test('as many trips as configured are open; a lower bound waits until enough of them have ended', async () => {
  const riderId = newId('rider');
  const { created } = await requestAtOnce(riderId, 3);
  expect(created).toHaveLength(3);
  const next = await quoted(riderId);
  await cancel(created[0]!.tripId);
  expect(await request(next, 2)).toBe('too_many_open_trips');
  await cancel(created[1]!.tripId);
  expect(await request(next, 2)).toBe('created');
  await expectAgreement();
});

test('a quote that was used is told before a lack of slots, and takes none', async () => {
  const riderId = newId('rider');
  const first = await quoted(riderId);
  expect(await request(first, 2)).toBe('created');
  expect(await request({ ...first, tripId: newId('trip') }, 1)).toBe('quote_used');
  expect(await request({ ...first, tripId: newId('trip') }, 2)).toBe('quote_used');
  const second = await quoted(riderId);
  const twice = await Promise.all(
    [second, { ...second, tripId: newId('trip') }].map((one) => request(one, 2)),
  );
  expect(new Set(twice)).toEqual(new Set(['created', 'quote_used']));
  await expectAgreement();
});

/** Every command that ends a trip, in every state that it ends. */
const ENDS = TRIP_STATES.filter((state) => !isTerminal(state) && state !== 'scheduled').flatMap((state) =>
  Object.entries(TRIP_TRANSITIONS[state])
    .filter(([, outcomes]) =>
      outcomes.some((outcome) =>
        (['completed', 'rider_canceled', 'no_drivers_available', 'failed'] as const).some(
          (end) => outcome === end || outcome === `offer_withdrawn + ${end}`,
        ),
      ),
    )
    .map(([type]) => ({ state, type: type as TripCommandType })),
);

const STEPS: readonly TripState[] = ['processing', 'accepted', 'arrived', 'in_progress'];

/** Brings a new trip into the state. */
async function tripIn(state: TripState): Promise<{ riderId: RiderId; tripId: TripId; driverId: DriverId }> {
  const driverId = newId('driver');
  const trip = await quoted(newId('rider'));
  await stores[0].transact(async (transaction) => {
    await openSession(transaction, { driverId, product: 'standard', vehicle: VEHICLE, atMs: nowMs });
    await transaction.create(trip);
  });
  const driver = { driverId, vehicle: VEHICLE, pickupEtaS: 60 };
  const commands: TripCommand[] = [
    { type: 'reassign', driver, replacesDriverId: null },
    { type: 'arrive', driverId },
    { type: 'start', driverId },
  ];
  for (const command of commands.slice(0, STEPS.indexOf(state))) await change(trip.tripId, command);
  return { riderId: trip.riderId, tripId: trip.tripId, driverId };
}

async function change(tripId: TripId, command: TripCommand): Promise<Trip> {
  const { trip, decision } = await stores[0].transact((transaction) =>
    transaction.change(tripId, () => command),
  );
  expect(decision.outcome).toBe('changed');
  return trip;
}

function endBy(type: TripCommandType, driverId: DriverId): TripCommand[] {
  switch (type) {
    case 'rider_cancel':
      return [{ type, reason: null }];
    case 'operator_cancel':
    case 'operator_complete':
    case 'operator_fail':
      return [{ type, by: BY }];
    case 'complete':
      return [{ type, driverId }];
    case 'give_up':
      return [{ type }];
    case 'silence': {
      const silence = { type, driverId, silentSinceMs: BEGIN_MS, limits: LIMITS, searchMs: 1_000 } as const;
      return [silence, silence];
    }
    default:
      throw new Error(`${type} ends no trip`);
  }
}

test.each(ENDS)('$type frees the slot of a trip in $state', async ({ state, type }) => {
  nowMs = BEGIN_MS;
  const { riderId, tripId, driverId } = await tripIn(state);
  const next = await quoted(riderId);
  expect(await request(next, undefined)).toBe('too_many_open_trips');
  nowMs = BEGIN_MS + 100 * HOUR_MS;
  let trip: Trip | undefined;
  for (const command of endBy(type, driverId)) trip = await change(tripId, command);
  expect(isTerminal(trip!.state)).toBe(true);
  const slots = await query(
    testBase.url,
    `SELECT FROM trip_slot WHERE rider_id = '${uuidOf('rider', riderId)}'`,
  );
  expect(slots).toEqual([]);
  expect(await request(next, undefined)).toBe('created');
  await expectAgreement();
});
