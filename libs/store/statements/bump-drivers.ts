import { idFromUuid, uuidOf, type DriverStanding } from '#libs/contracts';
import type { Queryable } from '../postgres/database.ts';
import { claimFromRow, type ClaimRow, type RawClaimRow } from './read-claims.ts';

interface BumpedRow {
  driver_id: string;
  version: number;
  online: boolean;
  claims: RawClaimRow[];
}

/** Counts a change of what these (locked) drivers are, once their claims are changed; returns what they are now. */
export async function bumpDrivers(
  transaction: Queryable,
  driverIds: readonly string[],
): Promise<Map<string, DriverStanding>> {
  const rows = await transaction.rows<BumpedRow & Record<string, unknown>>({
    name: 'bump-drivers',
    text: `
      UPDATE driver SET version = version + 1 WHERE driver_id = ANY ($1::uuid[])
      RETURNING driver_id, version, online, (
        SELECT coalesce(jsonb_agg(to_jsonb(c) ORDER BY c.place), '[]') FROM driver_claim AS c
        WHERE c.driver_id = driver.driver_id) AS claims`,
    values: [driverIds.map((id) => uuidOf('driver', id))],
  });
  return new Map(
    rows.map(({ driver_id, version, online, claims }) => {
      const driverId = idFromUuid('driver', driver_id);
      return [driverId, standingOf({ driverId, version, online }, claims.map(claimFromRow))];
    }),
  );
}

/** What a driver is by its claims, given in the order of their places. */
export function standingOf(
  { driverId, version, online }: { driverId: DriverStanding['driver_id']; version: number; online: boolean },
  claims: readonly ClaimRow[],
): DriverStanding {
  const [now, next] = claims;
  const offered = claims.find(({ kind }) => kind === 'offer');
  const idle = online ? 'free' : 'offline';
  return {
    driver_id: driverId,
    status: now === undefined ? idle : now.kind === 'trip' ? 'on_trip' : 'offered',
    version,
    trip_id: now?.kind === 'trip' ? now.tripId : null,
    next_trip_id: next?.kind === 'trip' ? next.tripId : null,
    offer: offered === undefined ? null : offerOf(offered),
  };
}

function offerOf({ offerId, tripId }: ClaimRow): DriverStanding['offer'] {
  return offerId === null ? null : { offer_id: offerId, trip_id: tripId };
}
