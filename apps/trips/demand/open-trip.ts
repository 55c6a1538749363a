import { toTripRecord, type OpenTrip } from '#libs/contracts';
import type { Trip } from '#libs/trip';

/** A trip that nobody has picked up yet, as its matcher needs it. */
export function openTripOf(trip: Trip, shard: string): OpenTrip {
  const {
    trip_id,
    seq,
    product,
    pickup,
    dropoff,
    trip_s,
    requested_at,
    search_deadline_at,
    excluded_driver_ids,
    driver,
    swaps,
  } = toTripRecord(trip);
  return {
    trip_id,
    seq,
    shard,
    product,
    pickup,
    dropoff,
    trip_s,
    requested_at,
    search_deadline_at,
    offered: trip.offer !== null,
    excluded_driver_ids,
    driver_id: driver?.driver_id ?? null,
    swaps,
  };
}
