import { uuidOf, type QuoteId, type RiderId } from '#libs/contracts';
import type { Queryable } from '../postgres/database.ts';

/** A rider's quote; what of it goes into a trip. */
export interface QuoteRow {
  product: string;
  pickup_lat: number;
  pickup_lng: number;
  dropoff_lat: number;
  dropoff_lng: number;
  pickup_cell: string;
  fare_minor: number;
  currency: string;
  distance_m: number;
  trip_s: number;
  expires_at: number;
}

export async function readQuote(
  database: Queryable,
  quoteId: QuoteId,
  riderId: RiderId,
): Promise<QuoteRow | undefined> {
  const rows = await database.rows<QuoteRow>({
    name: 'read-quote',
    text: `
      SELECT product, pickup_lat, pickup_lng, dropoff_lat, dropoff_lng, to_hex(pickup_cell) AS pickup_cell,
        fare_minor, currency, distance_m, trip_s, expires_at
      FROM quote WHERE quote_id = $1 AND rider_id = $2`,
    values: [uuidOf('quote', quoteId), uuidOf('rider', riderId)],
  });
  return rows[0];
}
