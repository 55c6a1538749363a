import { fromTimestamp, type OpenTrip as OpenTripMessage } from '#libs/contracts';
import type { OpenTrip } from '#libs/dispatch';

/** A trip before its pickup from the wire's form to that of the dispatch core. */
export function toOpenTrip(trip: OpenTripMessage): OpenTrip {
  return {
    tripId: trip.trip_id,
    shard: trip.shard,
    product: trip.product,
    pickup: trip.pickup,
    dropoff: trip.dropoff,
    rideS: trip.trip_s,
    requestedAtMs: fromTimestamp(trip.requested_at),
    searchDeadlineAtMs: fromTimestamp(trip.search_deadline_at),
    excludedDriverIds: trip.excluded_driver_ids,
    offered: trip.offered,
    driverId: trip.driver_id ?? undefined,
    swaps: trip.swaps,
    version: trip.seq,
  };
}
