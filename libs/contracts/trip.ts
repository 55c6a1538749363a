import { TRIP_EVENT_TYPES, TRIP_STATES, type Trip } from '#libs/trip';
import { z } from 'zod';
import { driverId, offerId, quoteId, riderId, tripId } from './ids.ts';
import { distanceSource, h3Cell, money, point, product, timestamp, toTimestamp, vehicle } from './values.ts';
import { keptText, typedText } from './text.ts';

export const tripState = z.enum(TRIP_STATES).meta({ id: 'TripState' });
export const tripEventType = z.enum(TRIP_EVENT_TYPES).meta({ id: 'TripEventType' });

/** Why a trip was canceled, in the words of the rider or driver. */
export const cancelReason = typedText(200, { lines: true });

/**
 * Drivers who are asked again later, because an offer lapsed, could not be delivered, or was declined for a while.
 * Absent from messages of processes before it existed.
 */
export const askPauses = z
  .array(
    z.object({
      driver_id: driverId,
      until: timestamp,
      silences: z.int().min(0).meta({ description: 'offers of this trip that it did not answer' }),
    }),
  )
  .default([]);

/** The trip as services exchange it. Edges project it to {@link riderTrip} or {@link driverTrip} before it leaves. */
export const tripRecord = z
  .object({
    trip_id: tripId,
    rider_id: riderId,
    quote_id: quoteId,
    product,
    state: tripState,
    seq: z.int().min(1).meta({ description: 'sequence number of the newest event' }),
    pickup: point,
    dropoff: point,
    pickup_cell: h3Cell.meta({ description: 'H3 cell of the pickup at resolution 9' }),
    fare: money,
    distance_m: z.number(),
    distance_source: distanceSource.nullable().default(null).meta({
      description: "of the quote's distance_m and trip_s; null: requested before it was kept",
    }),
    trip_s: z.number(),
    street_s: z.number().nullable().default(null).meta({
      description:
        "the quote's ride time without what completed rides taught; null: requested before it was kept",
    }),
    requested_at: timestamp,
    search_deadline_at: timestamp,
    offer: z
      .object({
        offer_id: offerId,
        driver_id: driverId,
        expires_at: timestamp,
        pickup_eta_s: z.number(),
        pickup_distance_m: z.number(),
        replaces_driver_id: driverId.nullable(),
      })
      .nullable(),
    driver: z.object({ driver_id: driverId, vehicle, pickup_eta_s: z.number() }).nullable(),
    excluded_driver_ids: z
      .array(driverId)
      .meta({ description: 'drivers who declined, gave the trip back or lost it: not asked again' }),
    pauses: askPauses,
    swaps: z.int().meta({ description: 'how often a nearer driver replaced the driver on the way' }),
    accepted_at: timestamp.nullable(),
    arrived_at: timestamp.nullable(),
    started_at: timestamp.nullable(),
    ended_at: timestamp.nullable(),
    cancel_reason: keptText.nullable(),
    attention: z.enum(['stuck']).nullable().default(null).meta({
      description: 'why an operator should look: `stuck`, the ride is under way and its driver is silent',
    }),
  })
  .meta({ id: 'TripRecord' });
export type TripRecord = z.infer<typeof tripRecord>;

/**
 * The members of a trip that its driver sees: an allow-list, so that a new member of the record does not leak.
 */
const SEEN_BY_DRIVER = {
  trip_id: true,
  product: true,
  state: true,
  seq: true,
  pickup: true,
  dropoff: true,
  fare: true,
  distance_m: true,
  distance_source: true,
  trip_s: true,
  requested_at: true,
  accepted_at: true,
  arrived_at: true,
  started_at: true,
  ended_at: true,
  cancel_reason: true,
} as const;

export const driverTrip = tripRecord.pick(SEEN_BY_DRIVER).meta({ id: 'DriverTrip' });
export type DriverTrip = z.infer<typeof driverTrip>;

/** The members of a trip that its rider sees. Which drivers got offers stays internal. */
export const riderTrip = tripRecord
  .pick({ ...SEEN_BY_DRIVER, quote_id: true, search_deadline_at: true, driver: true })
  .meta({ id: 'RiderTrip' });
export type RiderTrip = z.infer<typeof riderTrip>;

/** A trip proposed to one driver. */
export const driverOffer = z
  .object({
    offer_id: offerId,
    trip_id: tripId,
    product,
    pickup: point,
    dropoff: point,
    fare: money,
    pickup_eta_s: z.number(),
    pickup_distance_m: z.number(),
    distance_m: z.number(),
    distance_source: distanceSource.nullable().default(null),
    trip_s: z.number(),
    requested_at: timestamp,
    expires_at: timestamp,
  })
  .meta({ id: 'DriverOffer' });
export type DriverOffer = z.infer<typeof driverOffer>;

/** One committed change of a trip, as it leaves `trips` after its commit. */
export const tripEvent = z
  .object({
    trip_id: tripId,
    seq: z.int().min(1),
    type: tripEventType,
    at: timestamp,
    driver_id: driverId.nullable().meta({ description: 'the driver this event is about' }),
    freed_driver_id: driverId
      .nullable()
      .meta({ description: 'of driver_swapped: the driver who was on the way before' }),
    data: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'TripEvent' });
export type TripEventMessage = z.infer<typeof tripEvent>;

/** A driver's status; a driver's version orders its changes. */
export const driverStatus = z.enum(['offline', 'free', 'offered', 'on_trip']).meta({ id: 'DriverStatus' });
export type DriverStatus = z.infer<typeof driverStatus>;

/** A driver's status, trips and offer after a change. Of two views of a driver the higher version is valid. */
export const driverStanding = z.object({
  driver_id: driverId,
  status: driverStatus,
  version: z.int(),
  trip_id: tripId.nullable().meta({ description: 'the current trip' }),
  next_trip_id: tripId.nullable().meta({ description: 'the trip accepted for after the current one' }),
  offer: z
    .object({ offer_id: offerId, trip_id: tripId })
    .nullable()
    .meta({ description: 'the open offer; for after the current trip, if there is one' }),
});
export type DriverStanding = z.infer<typeof driverStanding>;

/** One committed event as published: the event, the trip after it, and the drivers it changed. */
export const tripChange = z
  .object({ event: tripEvent, trip: tripRecord, drivers: z.array(driverStanding) })
  .meta({ id: 'TripChange' });
export type TripChange = z.infer<typeof tripChange>;

export function toRiderTrip(trip: TripRecord): RiderTrip {
  return riderTrip.parse(trip);
}

export function toDriverTrip(trip: TripRecord): DriverTrip {
  return driverTrip.parse(trip);
}

/** The open offer of a trip as its driver sees it; undefined if there is none. */
export function toDriverOffer(trip: TripRecord): DriverOffer | undefined {
  if (trip.offer === null) return undefined;
  const { offer_id, expires_at, pickup_eta_s, pickup_distance_m } = trip.offer;
  return driverOffer.parse({ ...trip, offer_id, expires_at, pickup_eta_s, pickup_distance_m });
}

/** Converts the aggregate to the form that services exchange. */
export function toTripRecord(trip: Trip): TripRecord {
  const at = (ms: number | null): string | null => (ms === null ? null : toTimestamp(ms));
  const { offer, driver } = trip;
  return {
    trip_id: trip.tripId,
    rider_id: trip.riderId,
    quote_id: trip.quoteId,
    product: product.parse(trip.product),
    state: trip.state,
    seq: trip.seq,
    pickup: trip.pickup,
    dropoff: trip.dropoff,
    pickup_cell: trip.pickupCell,
    fare: { amount_minor: trip.fareAmountMinor, currency: trip.fareCurrency },
    distance_m: trip.distanceM,
    distance_source: trip.distanceSource,
    trip_s: trip.tripS,
    street_s: trip.streetS,
    requested_at: toTimestamp(trip.requestedAtMs),
    search_deadline_at: toTimestamp(trip.searchDeadlineAtMs),
    offer: offer && {
      offer_id: offer.offerId,
      driver_id: offer.driverId,
      expires_at: toTimestamp(offer.expiresAtMs),
      pickup_eta_s: offer.pickupEtaS,
      pickup_distance_m: offer.pickupDistanceM,
      replaces_driver_id: offer.replacesDriverId ?? null,
    },
    driver: driver && {
      driver_id: driver.driverId,
      vehicle: driver.vehicle,
      pickup_eta_s: driver.pickupEtaS,
    },
    excluded_driver_ids: [...trip.excludedDriverIds],
    pauses: trip.pauses.map(({ driverId: driver_id, untilMs, silences }) => ({
      driver_id,
      until: toTimestamp(untilMs),
      silences,
    })),
    swaps: trip.swaps,
    accepted_at: at(trip.acceptedAtMs),
    arrived_at: at(trip.arrivedAtMs),
    started_at: at(trip.startedAtMs),
    ended_at: at(trip.endedAtMs),
    cancel_reason: trip.cancelReason,
    attention: trip.attention,
  };
}
