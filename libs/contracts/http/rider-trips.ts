import { z } from 'zod';
import { MAX_TRIPS_PER_PAGE } from '../commands/trips.ts';
import { quoteId, tripId } from '../ids.ts';
import { cancelReason, riderTrip } from '../trip.ts';
import { defineRoute } from './route.ts';

export const tripRequest = z.strictObject({ quote_id: quoteId }).meta({ id: 'TripRequest' });
export type TripRequestBody = z.infer<typeof tripRequest>;
export const tripParams = z.strictObject({ trip_id: tripId });
export type TripParams = z.infer<typeof tripParams>;
export const cancelRequest = z
  .strictObject({ reason: cancelReason.optional() })
  .meta({ id: 'CancelRequest' });
export type CancelRequest = z.infer<typeof cancelRequest>;

export const postTrip = defineRoute({
  api: 'rider',
  method: 'POST',
  path: '/v1/trips',
  operationId: 'requestTrip',
  tag: 'trips',
  summary: 'Request a trip for a quote; matching starts when the trip is acknowledged',
  role: 'rider',
  body: tripRequest,
  response: riderTrip,
  status: 201,
  idempotencyKey: 'required',
  errors: [
    'idempotency_key_required',
    'idempotency_key_reused',
    'quote_not_found',
    'quote_expired',
    'quote_used',
    'too_many_open_trips',
  ],
});

export const getRiderTrip = defineRoute({
  api: 'rider',
  method: 'GET',
  path: '/v1/trips/{trip_id}',
  operationId: 'getTrip',
  tag: 'trips',
  summary: 'One own trip; answers 304 if If-None-Match contains the current ETag',
  role: 'rider',
  params: tripParams,
  response: riderTrip,
  status: 200,
  etag: true,
  errors: ['trip_not_found'],
});

export const tripPage = z
  .object({ data: z.array(riderTrip), next_cursor: z.string().nullable() })
  .meta({ id: 'TripPage' });
export type TripPage = z.infer<typeof tripPage>;

/** How many trips one page lists by default. */
export const DEFAULT_TRIPS_PER_PAGE = 20;

export const tripListQuery = z.strictObject({
  cursor: z.string().max(100).optional(),
  limit: z.coerce.number().int().min(1).max(MAX_TRIPS_PER_PAGE).default(DEFAULT_TRIPS_PER_PAGE),
});
export type TripListQuery = z.infer<typeof tripListQuery>;

export const getRiderTrips = defineRoute({
  api: 'rider',
  method: 'GET',
  path: '/v1/trips',
  operationId: 'listTrips',
  tag: 'trips',
  summary: 'Own trips, newest first',
  role: 'rider',
  query: tripListQuery,
  response: tripPage,
  status: 200,
  errors: [],
});

export const postRiderCancel = defineRoute({
  api: 'rider',
  method: 'POST',
  path: '/v1/trips/{trip_id}/cancel',
  operationId: 'cancelTrip',
  tag: 'trips',
  summary: 'Cancel an own trip before the ride has started',
  role: 'rider',
  params: tripParams,
  body: cancelRequest.prefault({}),
  response: riderTrip,
  status: 200,
  idempotencyKey: 'optional',
  budget: 'cancels',
  errors: ['trip_not_found', 'illegal_transition', 'idempotency_key_reused'],
});
