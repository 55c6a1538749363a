import { idFromUuid, uuidOf, type DriverId } from '#libs/contracts';
import type { Queryable } from '../postgres/database.ts';
import { timestampOf } from '../postgres/values.ts';

export interface OfferClaim {
  driverId: string;
  tripId: string;
  offerId: string;
  expiresAtMs: number;
  /** Whether it is for after the ride that the driver is on. */
  afterRide: boolean;
}

/**
 * Claims drivers for offers, and says which ones: a driver (or a trip) that has such a claim already is passed over, and
 * so is a driver who has no ride to finish first, or is said to have none.
 */
export async function takeClaims(
  transaction: Queryable,
  claims: readonly OfferClaim[],
): Promise<Set<DriverId>> {
  const rows = await transaction.rows<{ driver_id: string }>({
    name: 'take-claims',
    text: `
      INSERT INTO driver_claim (driver_id, place, trip_id, offer_id, kind, expires_at)
      SELECT driver_id, CASE WHEN after_ride THEN 1 ELSE 0 END, trip_id, offer_id, 'offer', expires_at
      FROM jsonb_to_recordset($1::jsonb) AS c (driver_id uuid, trip_id uuid, offer_id uuid, expires_at timestamptz,
        after_ride boolean)
      WHERE NOT after_ride OR EXISTS (
        SELECT FROM driver_claim AS now JOIN trip ON trip.trip_id = now.trip_id
        WHERE now.driver_id = c.driver_id AND now.place = 0 AND now.kind = 'trip'
          AND trip.state = 'in_progress')
      ORDER BY driver_id
      ON CONFLICT DO NOTHING
      RETURNING driver_id`,
    values: [
      JSON.stringify(
        claims.map((claim) => ({
          driver_id: uuidOf('driver', claim.driverId),
          trip_id: uuidOf('trip', claim.tripId),
          offer_id: uuidOf('offer', claim.offerId),
          expires_at: timestampOf(claim.expiresAtMs),
          after_ride: claim.afterRide,
        })),
      ),
    ],
  });
  return new Set(rows.map((row) => idFromUuid('driver', row.driver_id)));
}
