import { idFromUuid, type OfferId, type TripId } from '#libs/contracts';
import type { Queryable } from '../postgres/database.ts';
import { timestampOf } from '../postgres/values.ts';

/** Offers whose time is up, longest first. Nothing is locked: whoever expires one looks again under the trip's lock. */
export async function dueOffers(
  database: Queryable,
  atMs: number,
  limit: number,
): Promise<{ tripId: TripId; offerId: OfferId }[]> {
  const rows = await database.rows<{ trip_id: string; offer_id: string }>({
    name: 'due-offers',
    text: `
      SELECT trip_id, offer_id FROM driver_claim
      WHERE kind = 'offer' AND expires_at <= $1 ORDER BY expires_at LIMIT $2`,
    values: [timestampOf(atMs), limit],
  });
  return rows.map((row) => ({
    tripId: idFromUuid('trip', row.trip_id),
    offerId: idFromUuid('offer', row.offer_id),
  }));
}
