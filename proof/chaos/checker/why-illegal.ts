import { hasDriver, isTerminal, type Trip, type TripEvent } from '#libs/trip';

/** Columns keep whole milliseconds; decisions under an accelerated clock have fractions. */
const ROUNDING_MS = 1;

/**
 * Why an event cannot follow a trip's state; undefined if it can. Written independently of the code that decides, so that
 * a mistake there shows here.
 */
export function whyIllegal(trip: Trip | null, event: TripEvent): string | undefined {
  if (trip === null) return event.type === 'requested' ? undefined : 'the trip has not been requested';
  if (isTerminal(trip.state)) return `the trip is already ${trip.state}`;
  switch (event.type) {
    case 'requested':
      return 'the trip is already requested';
    case 'offer_made':
      return whyNotOffered(trip, event);
    case 'offer_declined':
    case 'offer_expired':
    case 'offer_undelivered':
      return unless(trip.offer?.driverId === event.driverId, 'no offer of this driver is open');
    case 'offer_withdrawn':
      return unless(
        trip.offer?.driverId === event.driverId && (trip.state === 'accepted' || event.by !== undefined),
        'there is no offer to withdraw',
      );
    case 'accepted':
      return whyNotAccepted(trip, event);
    case 'driver_assigned':
      return unless(
        trip.state === 'processing' && trip.offer === null,
        'the trip does not wait for a driver',
      );
    case 'driver_swapped':
      return whyNotSwapped(trip, event);
    case 'driver_redispatched':
    case 'driver_lost':
      return unless(
        (trip.state === 'accepted' || trip.state === 'arrived') && isOf(trip, event.driverId),
        'there is no driver before the ride who could give the trip back or lose it',
      );
    case 'arrived':
      return unless(
        trip.state === 'accepted' && isOf(trip, event.driverId) && trip.offer === null,
        'no driver is on the way, or another offer is still open',
      );
    case 'started':
      return unless(trip.state === 'arrived' && isOf(trip, event.driverId), 'the driver has not arrived');
    case 'attention_raised':
    case 'attention_cleared':
      return unless(
        trip.state === 'in_progress' &&
          isOf(trip, event.driverId) &&
          (trip.attention === null) === (event.type === 'attention_raised'),
        'no ride of this driver, or no change of its attention',
      );
    case 'completed':
      return unless(trip.state === 'in_progress' && isOf(trip, event.driverId), 'there is no ride to end');
    case 'rider_canceled':
      return unless(trip.state !== 'in_progress', 'the ride has begun');
    case 'no_drivers_available':
      return unless(
        trip.state === 'processing' &&
          trip.offer === null &&
          event.atMs >= trip.searchDeadlineAtMs - ROUNDING_MS,
        'the search has not expired',
      );
    case 'failed':
      return undefined;
  }
}

function whyNotOffered(
  trip: Trip,
  { offer, atMs }: Extract<TripEvent, { type: 'offer_made' }>,
): string | undefined {
  if (trip.offer !== null) return 'another offer is open';
  if (trip.excludedDriverIds.includes(offer.driverId)) return 'the driver is excluded';
  if (offer.replacesDriverId !== undefined)
    return unless(
      trip.state === 'accepted' &&
        isOf(trip, offer.replacesDriverId) &&
        offer.driverId !== offer.replacesDriverId,
      'the driver to be replaced does not have the trip',
    );
  return unless(
    trip.state === 'processing' && atMs < trip.searchDeadlineAtMs + ROUNDING_MS,
    'the trip does not wait for a driver',
  );
}

function whyNotAccepted(
  { state, offer }: Trip,
  { driver, atMs }: Extract<TripEvent, { type: 'accepted' }>,
): string | undefined {
  if (state !== 'processing' || offer?.driverId !== driver.driverId) return 'no offer of this driver is open';
  return unless(atMs < offer.expiresAtMs + ROUNDING_MS, 'the offer had expired');
}

function whyNotSwapped(
  trip: Trip,
  { driver, freedDriverId, asked }: Extract<TripEvent, { type: 'driver_swapped' }>,
): string | undefined {
  if (trip.state !== 'accepted' || !isOf(trip, freedDriverId))
    return 'the released driver does not have the trip';
  return asked
    ? unless(trip.offer?.driverId === driver.driverId, 'the new driver had no offer')
    : unless(trip.offer === null, 'another driver has an offer');
}

function isOf({ state, driver }: Trip, driverId: string): boolean {
  return hasDriver(state) && driver?.driverId === driverId;
}

function unless(isSo: boolean, otherwise: string): string | undefined {
  return isSo ? undefined : otherwise;
}
