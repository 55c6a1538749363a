import { idFromUuid, uuidOf, type DriverId, type OfferId, type TripId } from '#libs/contracts';
import type { Queryable } from '../postgres/database.ts';

/** What binds a driver: at place 0 now, at place 1 after that. */
export interface ClaimRow {
  driverId: DriverId;
  place: 0 | 1;
  tripId: TripId;
  kind: 'offer' | 'trip';
  /** Null where the driver got the trip without being asked. */
  offerId: OfferId | null;
}

/** A row of `driver_claim` as Postgres gives it. */
export interface RawClaimRow {
  driver_id: string;
  place: 0 | 1;
  trip_id: string;
  kind: 'offer' | 'trip';
  offer_id: string | null;
}

/** The claims on drivers, of each what it does now first. */
export async function readClaims(database: Queryable, driverIds: readonly string[]): Promise<ClaimRow[]> {
  const rows = await database.rows<RawClaimRow & Record<string, unknown>>({
    name: 'read-claims',
    text: `
      SELECT driver_id, place, trip_id, kind, offer_id FROM driver_claim
      WHERE driver_id = ANY ($1::uuid[]) ORDER BY driver_id, place`,
    values: [driverIds.map((id) => uuidOf('driver', id))],
  });
  return rows.map(claimFromRow);
}

export function claimFromRow({ driver_id, place, trip_id, kind, offer_id }: RawClaimRow): ClaimRow {
  return {
    driverId: idFromUuid('driver', driver_id),
    place,
    tripId: idFromUuid('trip', trip_id),
    kind,
    offerId: offer_id === null ? null : idFromUuid('offer', offer_id),
  };
}
