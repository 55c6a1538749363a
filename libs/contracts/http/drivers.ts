import { z } from 'zod';
import { driverId, offerId } from '../ids.ts';
import { driverOffer, driverStatus, driverTrip } from '../trip.ts';
import { product, timestamp, vehicle } from '../values.ts';
import { tripParams, cancelRequest } from './rider-trips.ts';
import { defineRoute } from './route.ts';

export const onlineRequest = z.strictObject({ product, vehicle }).meta({ id: 'OnlineRequest' });
export type OnlineRequest = z.infer<typeof onlineRequest>;

/** The driver as its own app sees it. */
export const driverView = z
  .object({
    driver_id: driverId,
    status: driverStatus,
    session: z.int().nullable().meta({
      description: 'sent with every position; going online opens a new one',
    }),
    product: product.nullable(),
    vehicle: vehicle.nullable(),
    offer: driverOffer.nullable(),
    trip: driverTrip.nullable(),
    next_trip: driverTrip.nullable().meta({ description: 'accepted for after the current trip' }),
  })
  .meta({ id: 'Driver' });
export type DriverView = z.infer<typeof driverView>;

/** One driver position. `seq` rises within a session; gaps are allowed. */
export const ping = z
  .strictObject({
    session: z.int().min(1),
    seq: z.int().min(1).max(0xffff_ffff),
    lat: z.number().min(-90).max(90),
    lng: z.number().min(-180).max(180),
    recorded_at: timestamp,
    heading_deg: z.number().min(0).lt(360).optional(),
    speed_mps: z.number().min(0).max(100).optional(),
  })
  .meta({ id: 'Ping' });
export type Ping = z.infer<typeof ping>;

/** How many positions one request carries; more get 400. */
export const MAX_POSITIONS_PER_REQUEST = 100;
export const positionsRequest = z
  .strictObject({ positions: z.array(ping).min(1).max(MAX_POSITIONS_PER_REQUEST) })
  .meta({ id: 'PositionsRequest' });
export type PositionsRequest = z.infer<typeof positionsRequest>;

/** The outcome of a batch; a bad position does not reject the others. */
export const positionsResult = z
  .object({
    accepted: z.int(),
    rejected: z.array(z.object({ seq: z.int(), code: z.string(), detail: z.string() })),
  })
  .meta({ id: 'PositionsResult' });
export type PositionsResult = z.infer<typeof positionsResult>;

export const offerParams = z.strictObject({ offer_id: offerId });
export type OfferParams = z.infer<typeof offerParams>;

export const getDriverSelf = defineRoute({
  api: 'driver',
  method: 'GET',
  path: '/v1/driver',
  summary: 'Own status, session, open offer and trip',
  role: 'driver',
  response: driverView,
  status: 200,
  errors: [],
});

export const postOnline = defineRoute({
  api: 'driver',
  method: 'POST',
  path: '/v1/driver/online',
  summary: 'Go online with a product and a vehicle; opens a new session',
  role: 'driver',
  body: onlineRequest,
  response: driverView,
  status: 200,
  idempotencyKey: 'optional',
  errors: [],
});

export const postOffline = defineRoute({
  api: 'driver',
  method: 'POST',
  path: '/v1/driver/offline',
  summary: 'Go offline; an open offer counts as declined',
  role: 'driver',
  response: driverView,
  status: 200,
  idempotencyKey: 'optional',
  errors: ['driver_on_trip', 'driver_offline'],
});

export const postPositions = defineRoute({
  api: 'driver',
  method: 'POST',
  path: '/v1/driver/positions',
  summary:
    'Send positions in a batch, for phones that lost their socket; those already known by session and seq are rejected',
  role: 'driver',
  body: positionsRequest,
  response: positionsResult,
  status: 202,
  errors: ['driver_offline'],
});

export const postAccept = defineRoute({
  api: 'driver',
  method: 'POST',
  path: '/v1/offers/{offer_id}/accept',
  summary: 'Accept an offer',
  role: 'driver',
  params: offerParams,
  response: driverTrip,
  status: 200,
  idempotencyKey: 'optional',
  errors: ['offer_not_found', 'offer_closed'],
});

export const postDecline = defineRoute({
  api: 'driver',
  method: 'POST',
  path: '/v1/offers/{offer_id}/decline',
  summary: 'Decline an offer; the driver is not offered this trip again',
  role: 'driver',
  params: offerParams,
  response: driverTrip,
  status: 200,
  idempotencyKey: 'optional',
  errors: ['offer_not_found', 'offer_closed'],
});

function driveRoute<P extends string>(path: P, summary: string) {
  return defineRoute({
    api: 'driver',
    method: 'POST',
    path,
    summary,
    role: 'driver',
    params: tripParams,
    response: driverTrip,
    status: 200,
    idempotencyKey: 'optional',
    errors: ['trip_not_found', 'illegal_transition'],
  });
}

export const postArrived = driveRoute('/v1/trips/{trip_id}/arrived', 'The driver is at the pickup');
export const postStart = driveRoute('/v1/trips/{trip_id}/start', 'The rider is on board');
export const postComplete = driveRoute('/v1/trips/{trip_id}/complete', 'The rider is at the dropoff');
export const postDriverCancel = {
  ...driveRoute('/v1/trips/{trip_id}/cancel', 'Give the trip back; it is matched with another driver'),
  body: cancelRequest.prefault({}),
};
