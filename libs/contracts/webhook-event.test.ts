import { TRIP_EVENT_TYPES, type TripEventType } from '#libs/trip';
import { expect, test } from 'vitest';
import { openApiDocument } from './documents/index.ts';
import { newId } from './ids.ts';
import type { TripChange } from './trip.ts';
import { toWebhookEvent, webhookEvent } from './webhook-event.ts';

const AT = '2026-03-01T12:00:00.000Z';
const tripId = newId('trip');
const driverId = newId('driver');
const INTERNAL = { excluded: newId('driver'), paused: newId('driver'), offered: newId('driver') };
const NOTE = 'the rider is a friend of mine';

/** A change with a value in every member, whatever its type. */
function changeOf(type: TripEventType): TripChange {
  return {
    event: {
      trip_id: tripId,
      seq: 9,
      type,
      at: AT,
      driver_id: driverId,
      freed_driver_id: newId('driver'),
      data: { note: NOTE, reason_code: 'breakdown', operator_id: newId('operator'), reason: NOTE },
    },
    trip: {
      trip_id: tripId,
      rider_id: newId('rider'),
      quote_id: newId('quote'),
      product: 'standard',
      state: 'in_progress',
      seq: 9,
      pickup: { lat: 38.71, lng: -9.14 },
      dropoff: { lat: 38.72, lng: -9.13 },
      pickup_cell: '89393362b83ffff',
      fare: { amount_minor: 700, currency: 'EUR' },
      distance_m: 2_000,
      distance_source: 'road',
      trip_s: 400,
      street_s: 380,
      requested_at: AT,
      search_deadline_at: AT,
      offer: {
        offer_id: newId('offer'),
        driver_id: INTERNAL.offered,
        expires_at: AT,
        pickup_eta_s: 60,
        pickup_distance_m: 300,
        replaces_driver_id: driverId,
      },
      driver: {
        driver_id: driverId,
        vehicle: { plate: 'AA-01-BB', make: 'Seat', model: 'Leon', color: 'white' },
        pickup_eta_s: 60,
      },
      excluded_driver_ids: [INTERNAL.excluded],
      pauses: [{ driver_id: INTERNAL.paused, until: AT, silences: 1 }],
      swaps: 1,
      accepted_at: AT,
      arrived_at: AT,
      started_at: AT,
      ended_at: AT,
      cancel_reason: 'too late',
      attention: 'stuck',
    },
    drivers: [
      {
        driver_id: driverId,
        status: 'on_trip',
        version: 1,
        trip_id: tripId,
        next_trip_id: null,
        offer: null,
      },
    ],
  };
}

/** The paths of all members, such as `data.trip.fare.currency`. */
function pathsIn(value: unknown, path: readonly string[] = []): string[] {
  if (typeof value !== 'object' || value === null) return [path.join('.')];
  return Object.entries(value).flatMap(([key, member]) => pathsIn(member, [...path, key]));
}

/** Every member that may go out. Whoever adds one publishes it to strangers, and says so here. */
const PUBLISHED = [
  'type',
  'timestamp',
  ...['trip_id', 'seq', 'type', 'at', 'driver_id', 'freed_driver_id'].map((name) => `data.event.${name}`),
  ...[
    'trip_id',
    'rider_id',
    'quote_id',
    'product',
    'state',
    'seq',
    'distance_m',
    'distance_source',
    'trip_s',
  ].map((name) => `data.trip.${name}`),
  ...['requested_at', 'search_deadline_at', 'accepted_at', 'arrived_at', 'started_at', 'ended_at'].map(
    (name) => `data.trip.${name}`,
  ),
  'data.trip.cancel_reason',
  ...['pickup', 'dropoff'].flatMap((name) => [`data.trip.${name}.lat`, `data.trip.${name}.lng`]),
  ...['amount_minor', 'currency'].map((name) => `data.trip.fare.${name}`),
  ...['driver_id', 'pickup_eta_s'].map((name) => `data.trip.driver.${name}`),
  ...['plate', 'make', 'model', 'color'].map((name) => `data.trip.driver.vehicle.${name}`),
].toSorted();

test.each(TRIP_EVENT_TYPES)('%s goes out with the documented members and no other', (type) => {
  const sent = JSON.parse(JSON.stringify(toWebhookEvent(changeOf(type)))) as unknown;
  // The schema drops members that it does not know, at every level.
  expect(webhookEvent.parse(sent)).toEqual(sent);
  expect(pathsIn(sent).toSorted()).toEqual(PUBLISHED);
  const text = JSON.stringify(sent);
  for (const hidden of [NOTE, 'breakdown', 'operator_', ...Object.values(INTERNAL)])
    expect(text).not.toContain(hidden);
});

test('the OpenAPI document describes the message that goes out', () => {
  const { webhooks } = openApiDocument('trips');
  expect(webhooks?.trip_event.post.requestBody.content['application/json'].schema).toEqual({
    $ref: '#/components/schemas/WebhookEvent',
  });
  expect(openApiDocument('rider').webhooks).toBeUndefined();
});
