import { idFromUuid, uuidOf, type OfferId, type TripId } from '#libs/contracts';
import type { Queryable } from '../postgres/database.ts';

/** The trip that an offer to this driver was about, be it open or long closed. */
export async function findOffer(
  database: Queryable,
  offerId: OfferId,
  driverId: string,
): Promise<TripId | undefined> {
  const rows = await database.rows<{ trip_id: string }>({
    name: 'find-offer',
    text: `
      SELECT trip_id FROM driver_claim WHERE offer_id = $1 AND driver_id = $2
      UNION ALL
      SELECT trip_id FROM trip_event
      WHERE driver_id = $2 AND type = 'offer_made' AND event -> 'offer' ->> 'offerId' = $3
      LIMIT 1`,
    values: [uuidOf('offer', offerId), uuidOf('driver', driverId), offerId],
  });
  return rows.map((row) => idFromUuid('trip', row.trip_id))[0];
}
