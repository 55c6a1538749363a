import { idFromUuid, uuidOf, type TripId } from '#libs/contracts';
import type { Trip } from '#libs/trip';
import type { Queryable } from '../postgres/database.ts';
import { cellToBigint, timestampOf } from '../postgres/values.ts';

export interface NewTrip {
  trip: Trip;
  /** Of its first event. */
  eventHash: string;
}

/** The trips that are new; of the others the quote has become another trip already. In the order of their quotes. */
export async function insertTrips(transaction: Queryable, trips: readonly NewTrip[]): Promise<Set<TripId>> {
  const rows = await transaction.rows<{ trip_id: string }>({
    name: 'insert-trips',
    text: `
      INSERT INTO trip (trip_id, rider_id, quote_id, product, state, seq, pickup_lat, pickup_lng, dropoff_lat, dropoff_lng,
        pickup_cell, fare_minor, currency, distance_m, trip_s, requested_at, search_deadline_at, event_hash)
      SELECT trip_id, rider_id, quote_id, product, state, seq, pickup_lat, pickup_lng, dropoff_lat, dropoff_lng,
        pickup_cell, fare_minor, currency, distance_m, trip_s, requested_at, search_deadline_at, decode(event_hash, 'hex')
      FROM jsonb_to_recordset($1::jsonb) AS n (trip_id uuid, rider_id uuid, quote_id uuid, product text, state text,
        seq integer, pickup_lat double precision, pickup_lng double precision, dropoff_lat double precision,
        dropoff_lng double precision, pickup_cell bigint, fare_minor bigint, currency text, distance_m double precision,
        trip_s double precision, requested_at timestamptz, search_deadline_at timestamptz, event_hash text)
      ORDER BY quote_id
      ON CONFLICT (quote_id) DO NOTHING
      RETURNING trip_id`,
    values: [JSON.stringify(trips.map(recordOf))],
  });
  return new Set(rows.map(({ trip_id }) => idFromUuid('trip', trip_id)));
}

function recordOf({ trip, eventHash }: NewTrip): Record<string, unknown> {
  return {
    trip_id: uuidOf('trip', trip.tripId),
    rider_id: uuidOf('rider', trip.riderId),
    quote_id: uuidOf('quote', trip.quoteId),
    product: trip.product,
    state: trip.state,
    seq: trip.seq,
    pickup_lat: trip.pickup.lat,
    pickup_lng: trip.pickup.lng,
    dropoff_lat: trip.dropoff.lat,
    dropoff_lng: trip.dropoff.lng,
    pickup_cell: cellToBigint(trip.pickupCell),
    fare_minor: trip.fareAmountMinor,
    currency: trip.fareCurrency,
    distance_m: trip.distanceM,
    trip_s: trip.tripS,
    requested_at: timestampOf(trip.requestedAtMs),
    search_deadline_at: timestampOf(trip.searchDeadlineAtMs),
    event_hash: eventHash,
  };
}
