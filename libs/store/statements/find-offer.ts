import { idFromUuid, uuidOf, type OfferId, type TripId } from '#libs/contracts';
import type { Queryable } from '../postgres/database.ts';

/**
 * The trip that an offer to this driver was about, be it open or long closed. An open one, which is the rule, is a claim;
 * only where
 * there is none are the events looked through, of one partition after the other.
 */
export async function findOffer(
  database: Queryable,
  offerId: OfferId,
  driverId: string,
): Promise<TripId | undefined> {
  const open = await database.rows<{ trip_id: string }>({
    name: 'find-open-offer',
    text: 'SELECT trip_id FROM driver_claim WHERE offer_id = $1 AND driver_id = $2',
    values: [uuidOf('offer', offerId), uuidOf('driver', driverId)],
  });
  const rows = open.length > 0 ? open : await findClosedOffer(database, offerId, driverId);
  return rows.map((row) => idFromUuid('trip', row.trip_id))[0];
}

function findClosedOffer(
  database: Queryable,
  offerId: OfferId,
  driverId: string,
): Promise<{ trip_id: string }[]> {
  return database.rows<{ trip_id: string }>({
    name: 'find-closed-offer',
    text: `
      SELECT trip_id FROM trip_event
      WHERE driver_id = $1 AND type = 'offer_made' AND event -> 'offer' ->> 'offerId' = $2
      ORDER BY trip_id DESC LIMIT 1`,
    values: [uuidOf('driver', driverId), offerId],
  });
}
