import { idFromUuid, uuidOf, type DriverId, type OfferId, type TripId } from '#libs/contracts';
import type { Queryable } from '../postgres/database.ts';

/** What binds a driver. */
export interface ClaimRow {
  driverId: DriverId;
  tripId: TripId;
  offerId: OfferId;
  kind: 'offer' | 'trip';
}

export async function readClaim(database: Queryable, driverId: string): Promise<ClaimRow | undefined> {
  const rows = await database.rows<{ trip_id: string; offer_id: string; kind: 'offer' | 'trip' }>({
    name: 'read-claim',
    text: `SELECT trip_id, offer_id, kind FROM driver_claim WHERE driver_id = $1`,
    values: [uuidOf('driver', driverId)],
  });
  return rows.map(({ trip_id, offer_id, kind }) => ({
    driverId: driverId as DriverId,
    tripId: idFromUuid('trip', trip_id),
    offerId: idFromUuid('offer', offer_id),
    kind,
  }))[0];
}
