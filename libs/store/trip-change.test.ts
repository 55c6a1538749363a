import { expect, test } from 'vitest';
import { newId, type DriverStanding } from '#libs/contracts';
import type { TripEvent } from '#libs/trip';
import type { StoredEvent } from './statements/events.ts';
import { foldEvents } from './trip-change.ts';

const driverId = newId('driver');
const requested: TripEvent = {
  type: 'requested',
  atMs: 1_000,
  request: {
    tripId: newId('trip'),
    riderId: newId('rider'),
    quoteId: newId('quote'),
    product: 'standard',
    pickup: { lat: 38.71, lng: -9.14 },
    dropoff: { lat: 38.72, lng: -9.13 },
    pickupCell: '89393362b83ffff',
    fareAmountMinor: 700,
    fareCurrency: 'EUR',
    distanceM: 2_000,
    tripS: 400,
    requestedAtMs: 1_000,
    searchDeadlineAtMs: 300_000,
  },
};
const offerMade: TripEvent = {
  type: 'offer_made',
  atMs: 2_000,
  offer: { offerId: newId('offer'), driverId, expiresAtMs: 17_000, pickupEtaS: 60, pickupDistanceM: 300 },
};
const canceled: TripEvent = { type: 'rider_canceled', atMs: 3_000, driverId, reason: 'too late' };

const standing = (status: DriverStanding['status'], version: number): DriverStanding => ({
  driver_id: driverId,
  status,
  version,
  trip_id: null,
  next_trip_id: null,
  offer: null,
});
const history: StoredEvent[] = [
  { seq: 1, event: requested, drivers: [] },
  { seq: 2, event: offerMade, drivers: [standing('offered', 7)] },
  { seq: 3, event: canceled, drivers: [standing('free', 8)] },
];

test('each change carries the trip and the driver as the event left them', () => {
  const changes = foldEvents(history, 0);
  expect(changes.map(({ event, trip }) => [event.seq, event.type, trip.state, trip.offer !== null])).toEqual([
    [1, 'requested', 'processing', false],
    [2, 'offer_made', 'processing', true],
    [3, 'rider_canceled', 'rider_canceled', false],
  ]);
  expect(changes[2]).toMatchObject({
    event: { driver_id: driverId, at: '1970-01-01T00:00:03.000Z', data: { reason: 'too late' } },
    drivers: [{ driver_id: driverId, status: 'free', version: 8 }],
  });
});

test('only changes after the sequence number are returned', () => {
  expect(foldEvents(history, 2).map(({ event }) => event.seq)).toEqual([3]);
  expect(foldEvents(history, 3)).toEqual([]);
});

test('a history that lacks an event is refused', () => {
  expect(() => foldEvents([history[0]!, history[2]!], 0)).toThrow('event 3 where 2 was expected');
});
