import { idFromUuid, type DriverId } from '#libs/contracts';
import type { Queryable } from '../postgres/database.ts';
import { columnsOf, type DriverTrip } from './release-claims.ts';

/** The offers' claims become the trips'. Returns the drivers that had one. */
export async function holdClaims(
  transaction: Queryable,
  pairs: readonly DriverTrip[],
): Promise<Set<DriverId>> {
  const rows = await transaction.rows<{ driver_id: string }>({
    name: 'hold-claims',
    text: `
      UPDATE driver_claim SET kind = 'trip', expires_at = NULL
      FROM unnest($1::uuid[], $2::uuid[]) AS held (driver_id, trip_id)
      WHERE driver_claim.driver_id = held.driver_id AND driver_claim.trip_id = held.trip_id AND kind = 'offer'
      RETURNING driver_claim.driver_id`,
    values: columnsOf(pairs),
  });
  return new Set(rows.map(({ driver_id }) => idFromUuid('driver', driver_id)));
}
