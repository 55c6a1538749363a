import {
  offerId,
  toDriverOffer,
  toDriverTrip,
  type DriverId,
  type DriverServerFrame,
  type OfferId,
  type TripChange,
} from '#libs/contracts';

/** An offer that the driver was shown; what is said of its end names it. */
export interface KnownOffer {
  readonly offerId: OfferId;
  readonly tripId: string;
}

type ChangeFrame = Extract<DriverServerFrame, { type: 'offer' | 'offer_closed' | 'trip' }>;

/** What a driver is told of one change of a trip; nothing of what is between the trip and others. */
export function framesOfChange(
  driverId: DriverId,
  change: Pick<TripChange, 'event' | 'trip'>,
  known: KnownOffer | null,
): ChangeFrame[] {
  const { event } = change;
  if (event.driver_id !== driverId) return [];
  switch (event.type) {
    case 'offer_made':
      return offerFrames(driverId, change);
    case 'offer_declined':
    case 'offer_expired':
      return [offerClosed(change, known)];
    case 'accepted':
      return [offerClosed(change, known), tripFrame(change)];
    case 'rider_canceled':
    case 'failed':
      // Before acceptance the driver had an offer, not a trip.
      return [change.trip.driver === null ? offerClosed(change, known) : tripFrame(change)];
    case 'driver_redispatched':
    case 'arrived':
    case 'started':
    case 'completed':
      return [tripFrame(change)];
    case 'requested':
    case 'no_drivers_available':
      return [];
  }
}

function offerFrames(driverId: DriverId, { event, trip }: Pick<TripChange, 'event' | 'trip'>): ChangeFrame[] {
  const offer = toDriverOffer(trip);
  if (offer === undefined || trip.offer?.driver_id !== driverId) return [];
  return [{ type: 'offer', seq: event.seq, data: offer }];
}

function offerClosed({ event }: Pick<TripChange, 'event'>, known: KnownOffer | null): ChangeFrame {
  const named = offerId.safeParse(event.data['offer_id']).data;
  const shown = known?.tripId === event.trip_id ? known.offerId : null;
  return {
    type: 'offer_closed',
    seq: event.seq,
    data: { offer_id: named ?? shown, trip_id: event.trip_id, event: event.type },
  };
}

function tripFrame({ event, trip }: Pick<TripChange, 'event' | 'trip'>): ChangeFrame {
  return {
    type: 'trip',
    seq: event.seq,
    data: { event: event.type, at: event.at, trip: toDriverTrip(trip) },
  };
}
