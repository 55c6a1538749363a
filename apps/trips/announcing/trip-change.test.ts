import { expect, test } from 'vitest';
import { newId, type DriverStanding } from '#libs/contracts';
import type { StoredEvent } from '#libs/store';
import type { TripEvent } from '#libs/trip';
import { tripRequest } from '../trip-request.sample.ts';
import { foldEvents } from './trip-change.ts';

const driverId = newId('driver');
const requested: TripEvent = {
  type: 'requested',
  atMs: 1_000,
  request: tripRequest({ requestedAtMs: 1_000 }),
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

test('each change comes with the trip as it was after it, and with what became of the driver', () => {
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

test('only what came after the number is told', () => {
  expect(foldEvents(history, 2).map(({ event }) => event.seq)).toEqual([3]);
  expect(foldEvents(history, 3)).toEqual([]);
});

test('a history with a hole is not told as if it were whole', () => {
  expect(() => foldEvents([history[0]!, history[2]!], 0)).toThrow('event 3 where 2 was expected');
});
