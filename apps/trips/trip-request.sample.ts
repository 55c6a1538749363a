import { newId } from '#libs/contracts';
import type { TripRequest } from '#libs/trip';

/** A request for a short ride in Lisbon, of a rider of its own, for the tests of this app. */
export function tripRequest(change: Partial<TripRequest> = {}): TripRequest {
  return {
    tripId: newId('trip'),
    riderId: newId('rider'),
    quoteId: newId('quote'),
    product: 'standard',
    pickup: { lat: 38.71, lng: -9.14 },
    dropoff: { lat: 38.72, lng: -9.13 },
    pickupCell: '89393362b83ffff',
    fareAmountMinor: 700,
    fareCurrency: 'EUR',
    distanceM: 2_000,
    tripS: 400,
    requestedAtMs: 0,
    searchDeadlineAtMs: 300_000,
    ...change,
  };
}
