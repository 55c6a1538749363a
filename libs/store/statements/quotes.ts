import { uuidOf, type Quote, type RiderId, idFromUuid, type QuoteId } from '#libs/contracts';
import type { DistanceSource } from '#libs/trip';
import type { Queryable } from '../postgres/database.ts';
import { cellToBigint, timestampOf } from '../postgres/values.ts';

/**
 * The stored part of a quote. Its line is only for the answer: it is up to 500 points, some twenty times the rest of a
 * trip, and would be in each event, push and webhook message of the trip.
 */
export interface NewQuote extends Omit<Quote, 'distance_source' | 'street_s' | 'line'> {
  /** Absent: from a process of before it was kept. */
  distance_source?: DistanceSource | undefined;
  /** As above. */
  street_s?: number | null | undefined;
  rider_id: RiderId;
  pickup_cell: string;
}

export async function insertQuote(database: Queryable, quote: NewQuote): Promise<void> {
  await database.rows({
    name: 'insert-quote',
    text: `
      INSERT INTO quote (quote_id, rider_id, product, pickup_lat, pickup_lng, dropoff_lat, dropoff_lng, pickup_cell,
        fare_minor, currency, distance_m, distance_source, trip_s, street_s, pickup_eta_s, created_at, expires_at)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`,
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
      quote.distance_source ?? null,
      quote.trip_s,
      quote.street_s ?? null,
      quote.pickup_eta_s,
      quote.created_at,
      quote.expires_at,
    ],
  });
}

export interface QuoteOfRider {
  quoteId: QuoteId;
  riderId: RiderId;
}

/** A rider's quote, with the columns that a trip copies. */
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
  /** Null: from before it was kept. */
  distance_source: DistanceSource | null;
  trip_s: number;
  /** Null: from before it was kept. */
  street_s: number | null;
  expires_at: number;
}

type RawQuoteRow = Omit<QuoteRow, keyof QuoteOfRider> & { quote_id: string; rider_id: string };

/** Reads quotes by id; those of other riders are left out. */
export async function readQuotes(
  database: Queryable,
  quotes: readonly QuoteOfRider[],
): Promise<Map<QuoteId, QuoteRow>> {
  const rows = await database.rows<RawQuoteRow>({
    name: 'read-quotes',
    text: `
      SELECT quote_id, rider_id, product, pickup_lat, pickup_lng, dropoff_lat, dropoff_lng,
        to_hex(pickup_cell) AS pickup_cell, fare_minor, currency, distance_m, distance_source, trip_s, street_s, expires_at
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

/**
 * Deletes at most `limit` quotes that had expired by `expiredByMs`; returns how many. Ids sort by time of creation, so the
 * primary key finds the oldest.
 */
export async function purgeQuotes(database: Queryable, expiredByMs: number, limit: number): Promise<number> {
  const rows = await database.rows({
    name: 'purge-quotes',
    text: `
      DELETE FROM quote WHERE quote_id = ANY (ARRAY(
        SELECT quote_id FROM quote WHERE quote_id < uuid_floor($1) AND expires_at <= $1
        ORDER BY quote_id LIMIT $2 FOR UPDATE SKIP LOCKED))
      RETURNING quote_id`,
    values: [timestampOf(expiredByMs), limit],
  });
  return rows.length;
}
