import { uuidOf, type Quote, type RiderId } from '#libs/contracts';
import type { Queryable } from '../postgres/database.ts';
import { cellToBigint } from '../postgres/values.ts';

export interface NewQuote extends Quote {
  rider_id: RiderId;
  pickup_cell: string;
}

export async function insertQuote(database: Queryable, quote: NewQuote): Promise<void> {
  await database.rows({
    name: 'insert-quote',
    text: `
      INSERT INTO quote (quote_id, rider_id, product, pickup_lat, pickup_lng, dropoff_lat, dropoff_lng, pickup_cell,
        fare_minor, currency, distance_m, trip_s, pickup_eta_s, created_at, expires_at)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
    values: [
      uuidOf('quote', quote.quote_id),
      uuidOf('rider', quote.rider_id),
      quote.product,
      quote.pickup.lat,
      quote.pickup.lng,
      quote.dropoff.lat,
      quote.dropoff.lng,
      cellToBigint(quote.pickup_cell),
      quote.fare.amount_minor,
      quote.fare.currency,
      quote.distance_m,
      quote.trip_s,
      quote.pickup_eta_s,
      quote.created_at,
      quote.expires_at,
    ],
  });
}
