import { idFromUuid, uuidOf, type QuoteId, type RiderId } from '#libs/contracts';
import type { Queryable } from '../postgres/database.ts';

export interface QuoteOfRider {
  quoteId: QuoteId;
  riderId: RiderId;
}

/** A rider's quote; what of it goes into a trip. */
export interface QuoteRow extends QuoteOfRider {
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

type RawQuoteRow = Omit<QuoteRow, keyof QuoteOfRider> & { quote_id: string; rider_id: string };

/** Quotes by id; those of other riders are left out. */
export async function readQuotes(
  database: Queryable,
  quotes: readonly QuoteOfRider[],
): Promise<Map<QuoteId, QuoteRow>> {
  const rows = await database.rows<RawQuoteRow>({
    name: 'read-quotes',
    text: `
      SELECT quote_id, rider_id, product, pickup_lat, pickup_lng, dropoff_lat, dropoff_lng,
        to_hex(pickup_cell) AS pickup_cell, fare_minor, currency, distance_m, trip_s, expires_at
      FROM quote JOIN unnest($1::uuid[], $2::uuid[]) AS wanted (quote_id, rider_id) USING (quote_id, rider_id)`,
    values: [
      quotes.map(({ quoteId }) => uuidOf('quote', quoteId)),
      quotes.map(({ riderId }) => uuidOf('rider', riderId)),
    ],
  });
  return new Map(
    rows.map(({ quote_id, rider_id, ...row }) => {
      const quoteId = idFromUuid('quote', quote_id);
      return [quoteId, { ...row, quoteId, riderId: idFromUuid('rider', rider_id) }];
    }),
  );
}
