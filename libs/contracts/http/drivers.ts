import { z } from 'zod';
import { driverId, offerId } from '../ids.ts';
import { driverOffer, driverStatus, driverTrip } from '../trip.ts';
import { positionsRequest, positionsResult } from '../ping.ts';
import { product, vehicle } from '../values.ts';
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
    last_seq: z.int().nullable().meta({
      description:
        'of the last position accepted in this session; the next one has a higher seq. Null: none is known',
    }),
    product: product.nullable(),
    vehicle: vehicle.nullable(),
    offer: driverOffer.nullable(),
    trip: driverTrip.nullable(),
    next_trip: driverTrip.nullable().meta({ description: 'accepted for after the current trip' }),
  })
  .meta({ id: 'Driver' });
export type DriverView = z.infer<typeof driverView>;

export const offerParams = z.strictObject({ offer_id: offerId });
export type OfferParams = z.infer<typeof offerParams>;

export const getDriverSelf = defineRoute({
  api: 'driver',
  method: 'GET',
  path: '/v1/driver',
  operationId: 'getDriver',
  tag: 'shift',
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
  operationId: 'goOnline',
  tag: 'shift',
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
  operationId: 'goOffline',
  tag: 'shift',
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
  operationId: 'reportPositions',
  tag: 'shift',
  summary:
    'Send positions in a batch, for phones that lost their socket; each is judged alone, those already known by session and seq are rejected',
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
  operationId: 'acceptOffer',
  tag: 'offers',
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
  operationId: 'declineOffer',
  tag: 'offers',
  summary:
    'Decline an offer; the driver is not offered this trip again, or not for some minutes (HAILGRID_DECLINE_PAUSE_MIN)',
  role: 'driver',
  params: offerParams,
  response: driverTrip,
  status: 200,
  idempotencyKey: 'optional',
  errors: ['offer_not_found', 'offer_closed'],
});

function driveRoute<P extends string, I extends string>(path: P, operationId: I, summary: string) {
  return defineRoute({
    api: 'driver',
    method: 'POST',
    path,
    operationId,
    tag: 'ride',
    summary,
    role: 'driver',
    params: tripParams,
    response: driverTrip,
    status: 200,
    idempotencyKey: 'optional',
    errors: ['trip_not_found', 'illegal_transition'],
  });
}

export const postArrived = driveRoute(
  '/v1/trips/{trip_id}/arrived',
  'reportArrival',
  'The driver is at the pickup',
);
export const postStart = driveRoute('/v1/trips/{trip_id}/start', 'startRide', 'The rider is on board');
export const postComplete = driveRoute(
  '/v1/trips/{trip_id}/complete',
  'completeRide',
  'The rider is at the dropoff',
);
export const postDriverCancel = {
  ...driveRoute(
    '/v1/trips/{trip_id}/cancel',
    'giveTripBack',
    'Give the trip back; it is matched with another driver',
  ),
  body: cancelRequest.prefault({}),
};
