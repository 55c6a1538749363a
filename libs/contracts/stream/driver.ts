import { z } from 'zod';
import { repositionHint } from '../driver-hints.ts';
import { driverView, onlineRequest } from '../http/drivers.ts';
import { offerId, tripId } from '../ids.ts';
import { ping } from '../ping.ts';
import { cancelReason, driverOffer, driverTrip, tripEventType } from '../trip.ts';
import { timestamp } from '../values.ts';
import {
  changingFrame,
  clientFrame,
  errorFrame,
  heartbeat,
  resume,
  serverFrame,
  serverHeartbeat,
  token,
  tolerantFrame,
} from './frame.ts';

const offerRef = z.strictObject({ offer_id: offerId });
const tripRef = z.strictObject({ trip_id: tripId });

/** The trip's relation to the driver; a `gone` trip may continue with another driver. */
export const tripStanding = z.enum(['current', 'next', 'gone']).meta({ id: 'TripStanding' });
export type TripStanding = z.infer<typeof tripStanding>;

/**
 * Frames that a driver's app may send. A `position` gets an answer only if it is refused; any other frame gets an `ack`
 * or an `error` with its id. `received`: the app has the offer, and shows it; sent at once, before the driver decides.
 * For an app that never sends it, an offer counts as delivered when its WebSocket answers the ping behind the offer.
 */
export const driverClientFrame = z
  .discriminatedUnion('type', [
    heartbeat,
    token,
    resume,
    changingFrame('online', onlineRequest),
    changingFrame('offline', z.strictObject({})),
    tolerantFrame('position', ping),
    changingFrame('accept', offerRef),
    changingFrame('decline', offerRef),
    clientFrame('received', offerRef),
    changingFrame('arrived', tripRef),
    changingFrame('start', tripRef),
    changingFrame('complete', tripRef),
    changingFrame('cancel', tripRef.extend({ reason: cancelReason.optional() })),
  ])
  .meta({ id: 'DriverClientFrame' });
export type DriverClientFrame = z.infer<typeof driverClientFrame>;

/**
 * Frames that a driver's app receives. `offer_closed`: the offer was withdrawn, answered or has expired. After a
 * reconnect, to whichever instance: `welcome` has the open offer, so any other is gone, and a `resume` that names the
 * trip of an offer gets its `offer_closed`. `reposition`: where demand is expected; drivers are free to ignore it.
 */
export const driverServerFrame = z
  .discriminatedUnion('type', [
    serverFrame('welcome', z.object({ driver: driverView, at: timestamp })),
    serverHeartbeat,
    serverFrame('offer', driverOffer),
    serverFrame(
      'offer_closed',
      z.object({ offer_id: offerId.nullable(), trip_id: tripId, event: tripEventType }),
    ),
    serverFrame(
      'trip',
      z.object({ event: tripEventType, at: timestamp, trip: driverTrip, standing: tripStanding }),
    ),
    serverFrame('reposition', repositionHint),
    serverFrame('ack', z.object({ driver: driverView.optional(), trip: driverTrip.optional() })),
    errorFrame,
  ])
  .meta({ id: 'DriverServerFrame' });
export type DriverServerFrame = z.infer<typeof driverServerFrame>;
