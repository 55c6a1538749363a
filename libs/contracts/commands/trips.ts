import { z } from 'zod';
import { byDriver, byRider, defineCommand, idempotency, type Person } from '../command.ts';
import { driverId, offerId, quoteId, riderId, tripId } from '../ids.ts';
import { cancelReason, tripChange, tripRecord } from '../trip.ts';
import { point, timestamp } from '../values.ts';

/** Turns a quote into a trip in `processing`. Acknowledged only after the commit. */
export const createTrip = defineCommand(
  'riders',
  'trips.create',
  z.object({ rider_id: riderId, quote_id: quoteId, idempotency }),
  tripRecord,
  { callers: ['rider-api'], person: byRider },
);

/** Who reads a trip. A rider reads its own trips, a driver those that it has, had or was offered. */
export const tripReader = z.discriminatedUnion('role', [
  z.object({ role: z.literal('rider'), rider_id: riderId }),
  z.object({ role: z.literal('driver'), driver_id: driverId }),
  z.object({ role: z.literal('operator') }),
]);

/** The person who reads. */
const byReader = ({ reader }: { reader: z.output<typeof tripReader> }): Person => {
  if (reader.role === 'rider') return { role: 'rider', id: reader.rider_id };
  return reader.role === 'driver' ? { role: 'driver', id: reader.driver_id } : { role: 'operator' };
};

/** One trip as it is now. */
export const getTrip = defineCommand(
  'reader',
  'trips.get',
  z.object({ trip_id: tripId, reader: tripReader }),
  tripRecord,
  { callers: ['rider-api'], person: byReader },
);

/** How many trips one page lists; a request for more gets 400. */
export const MAX_TRIPS_PER_PAGE = 100;

/** A rider's own trips, newest first; `after` is the last trip of the page before. */
export const listTrips = defineCommand(
  'riders',
  'trips.list',
  z.object({ rider_id: riderId, after: tripId.optional(), limit: z.int().min(1).max(MAX_TRIPS_PER_PAGE) }),
  z.object({ trips: z.array(tripRecord), more: z.boolean() }),
  { callers: ['rider-api'], person: byRider },
);

/** How many changes one replay returns; the caller asks again for the rest. */
export const MAX_EVENTS_PER_REPLAY = 500;

/** The changes of a trip after a sequence number, for a client that reconnects. */
export const replayTrip = defineCommand(
  { of: 'reader', alone: true },
  'trips.replay',
  z.object({ trip_id: tripId, after_seq: z.int().min(0), reader: tripReader }),
  z.object({ changes: z.array(tripChange) }),
  { callers: ['rider-api', 'driver-api'], person: byReader },
);

/** The rider cancels a trip that has not begun. */
export const cancelTrip = defineCommand(
  'riders',
  'trips.cancel',
  z.object({
    rider_id: riderId,
    trip_id: tripId,
    reason: cancelReason.optional(),
    idempotency: idempotency.optional(),
  }),
  tripRecord,
  { callers: ['rider-api'], person: byRider },
);

/** An action of a driver on its trip. `cancel` gives the trip back: it is matched with another driver. */
export const driveAction = z.enum(['arrived', 'start', 'complete', 'cancel']);
export type DriveAction = z.infer<typeof driveAction>;

/** The driver's newest accepted position, which says whether an action is plausible; it is no part of the request. */
export const evidence = z.object({
  point,
  recorded_at: timestamp,
  age_ms: z
    .number()
    .min(0)
    .meta({ description: 'when the command was sent, service time: clocks of processes differ' }),
});

/** The driver of a trip moves it on by one action. Null or no evidence: no position is known. */
export const driveTrip = defineCommand(
  'drivers',
  'trips.drive',
  z.object({
    driver_id: driverId,
    trip_id: tripId,
    action: driveAction,
    evidence: evidence.nullable().optional(),
    reason: cancelReason.optional(),
    idempotency: idempotency.optional(),
  }),
  tripRecord,
  { callers: ['driver-api'], person: byDriver },
);

export const offerAnswer = z.enum(['accept', 'decline']);
export type OfferAnswer = z.infer<typeof offerAnswer>;

/**
 * How an offer fares on its way to a phone. `delivered`: the phone has it. `polling`: the driver only sends requests, so
 * the offer waits for the next one. `missed`: that was too late, and the next driver is asked; the driver's pause does not
 * grow. `unreachable`: the next driver is asked at once.
 */
export const offerDelivery = z.enum(['delivered', 'polling', 'missed', 'unreachable']);
export type OfferDelivery = z.infer<typeof offerDelivery>;

/** Reports how an offer fares on its way to its driver's phone. `open`: the offer was still open. */
export const noteDelivery = defineCommand(
  'drivers',
  'trips.offer_delivery',
  z.object({ driver_id: driverId, offer_id: offerId, delivery: offerDelivery }),
  z.object({ open: z.boolean() }),
  { callers: ['driver-api'] },
);

/** A driver accepts or declines an offer. */
export const answerOffer = defineCommand(
  'drivers',
  'trips.answer_offer',
  z.object({
    driver_id: driverId,
    offer_id: offerId,
    answer: offerAnswer,
    idempotency: idempotency.optional(),
  }),
  tripRecord,
  { callers: ['driver-api'], person: byDriver },
);
