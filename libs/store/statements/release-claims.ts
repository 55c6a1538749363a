import { idFromUuid, uuidOf, type DriverId } from '#libs/contracts';
import type { Queryable } from '../postgres/database.ts';

/** A driver's claim on a trip. */
export interface DriverTrip {
  readonly driverId: string;
  readonly tripId: string;
}

/** The drivers are free of the trips. Returns those that had a claim. */
export async function releaseClaims(
  transaction: Queryable,
  pairs: readonly DriverTrip[],
): Promise<Set<DriverId>> {
  const rows = await transaction.rows<{ driver_id: string }>({
    name: 'release-claims',
    text: `
      DELETE FROM driver_claim USING unnest($1::uuid[], $2::uuid[]) AS gone (driver_id, trip_id)
      WHERE driver_claim.driver_id = gone.driver_id AND driver_claim.trip_id = gone.trip_id
      RETURNING driver_claim.driver_id`,
    values: columnsOf(pairs),
  });
  return new Set(rows.map(({ driver_id }) => idFromUuid('driver', driver_id)));
}

/** Pairs as two arrays of UUIDs. */
export function columnsOf(pairs: readonly DriverTrip[]): [string[], string[]] {
  return [
    pairs.map(({ driverId }) => uuidOf('driver', driverId)),
    pairs.map(({ tripId }) => uuidOf('trip', tripId)),
  ];
}
