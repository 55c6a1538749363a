import {
  offerId,
  toDriverOffer,
  toDriverTrip,
  type DriverId,
  type DriverServerFrame,
  type OfferId,
  type TripChange,
  type TripStanding,
} from '#libs/contracts';

/** An offer that the driver has received; its `offer_closed` frame names it. */
export interface KnownOffer {
  readonly offerId: OfferId;
  readonly tripId: string;
}

type ChangeFrame = Extract<DriverServerFrame, { type: 'offer' | 'offer_closed' | 'trip' }>;

/** The frames that a driver gets for one change of a trip; none if the change concerns other drivers. */
export function framesOfChange(
  driverId: DriverId,
  change: TripChange,
  known: KnownOffer | null,
): ChangeFrame[] {
  const { event } = change;
  if (event.freed_driver_id === driverId) return [tripFrame(change, 'gone')];
  if (event.driver_id !== driverId) return [];
  switch (event.type) {
    case 'offer_made':
      return offerFrames(driverId, change);
    case 'offer_declined':
    case 'offer_expired':
    case 'offer_undelivered':
    case 'offer_withdrawn':
      return [offerClosed(change, known)];
    case 'accepted':
      return [offerClosed(change, known), tripFrame(change, standingIn(change, driverId))];
    case 'driver_swapped':
    case 'driver_assigned':
      // A driver who had an offer of this trip gets it closed first.
      return known?.tripId === event.trip_id
        ? [offerClosed(change, known), tripFrame(change, standingIn(change, driverId))]
        : [tripFrame(change, standingIn(change, driverId))];
    case 'rider_canceled':
    case 'failed':
      // Before acceptance the driver had an offer, not a trip.
      return [change.trip.driver === null ? offerClosed(change, known) : tripFrame(change, 'gone')];
    case 'driver_redispatched':
    case 'driver_lost':
    case 'completed':
      return [tripFrame(change, 'gone')];
    case 'arrived':
    case 'started':
      return [tripFrame(change, 'current')];
    case 'requested':
    case 'attention_raised':
    case 'attention_cleared':
    case 'no_drivers_available':
      return [];
  }
}

/** Whether the trip is the driver's current or next one. */
function standingIn({ event, drivers }: TripChange, driverId: DriverId): TripStanding {
  const standing = drivers.find(({ driver_id }) => driver_id === driverId);
  return standing?.next_trip_id === event.trip_id ? 'next' : 'current';
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

function tripFrame({ event, trip }: Pick<TripChange, 'event' | 'trip'>, standing: TripStanding): ChangeFrame {
  return {
    type: 'trip',
    seq: event.seq,
    data: { event: event.type, at: event.at, trip: toDriverTrip(trip), standing },
  };
}
