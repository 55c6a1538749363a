import { uuidOf } from '#libs/contracts';
import type { Trip } from '#libs/trip';
import type { Queryable } from '../postgres/database.ts';
import { cellToBigint, timestampOf } from '../postgres/values.ts';

/** False where the quote has become another trip already. The hash is that of its first event. */
export async function insertTrip(transaction: Queryable, trip: Trip, eventHash: string): Promise<boolean> {
  const rows = await transaction.rows({
    name: 'insert-trip',
    text: `
      INSERT INTO trip (trip_id, rider_id, quote_id, product, state, seq, pickup_lat, pickup_lng, dropoff_lat, dropoff_lng,
        pickup_cell, fare_minor, currency, distance_m, trip_s, requested_at, search_deadline_at, event_hash)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, decode($18, 'hex'))
      ON CONFLICT (quote_id) DO NOTHING
      RETURNING trip_id`,
    values: [
      uuidOf('trip', trip.tripId),
      uuidOf('rider', trip.riderId),
      uuidOf('quote', trip.quoteId),
      trip.product,
      trip.state,
      trip.seq,
      trip.pickup.lat,
      trip.pickup.lng,
      trip.dropoff.lat,
      trip.dropoff.lng,
      cellToBigint(trip.pickupCell),
      trip.fareAmountMinor,
      trip.fareCurrency,
      trip.distanceM,
      trip.tripS,
      timestampOf(trip.requestedAtMs),
      timestampOf(trip.searchDeadlineAtMs),
      eventHash,
    ],
  });
  return rows.length === 1;
}
