import { idFromUuid, uuidOf, type DriverId, type OfferId, type TripId } from '#libs/contracts';
import type { Queryable } from '../postgres/database.ts';
import { timestampOf } from '../postgres/values.ts';

/** A claim that binds a driver: now at place 0, after the present ride at place 1. */
export interface ClaimRow {
  driverId: DriverId;
  place: 0 | 1;
  tripId: TripId;
  kind: 'offer' | 'trip';
  /** Null if the driver got the trip without an offer. */
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

/** Reads the claims on drivers, by driver and place. */
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

export interface OfferClaim {
  driverId: string;
  tripId: string;
  offerId: string;
  expiresAtMs: number;
  /** When the next driver is asked if the phone has not acknowledged the offer; absent: no acknowledgement is awaited. */
  deliverByMs?: number;
  /** Whether the trip comes after the driver's present ride. */
  afterRide: boolean;
}

/**
 * Claims drivers for offers, and returns those it claimed. Skips a driver or trip that already has such a claim, and a
 * claim for after a ride if the driver has no ride in progress.
 */
export async function takeClaims(
  transaction: Queryable,
  claims: readonly OfferClaim[],
): Promise<Set<DriverId>> {
  const rows = await transaction.rows<{ driver_id: string }>({
    name: 'take-claims',
    text: `
      INSERT INTO driver_claim (driver_id, place, trip_id, offer_id, kind, expires_at, deliver_by)
      SELECT driver_id, CASE WHEN after_ride THEN 1 ELSE 0 END, trip_id, offer_id, 'offer', expires_at, deliver_by
      FROM jsonb_to_recordset($1::jsonb) AS c (driver_id uuid, trip_id uuid, offer_id uuid, expires_at timestamptz,
        deliver_by timestamptz, after_ride boolean)
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
          deliver_by: claim.deliverByMs === undefined ? null : timestampOf(claim.deliverByMs),
          after_ride: claim.afterRide,
        })),
      ),
    ],
  });
  return new Set(rows.map((row) => idFromUuid('driver', row.driver_id)));
}

/** A driver's claim on a trip. */
export interface DriverTrip {
  readonly driverId: string;
  readonly tripId: string;
}

/** A driver bound to a trip, who counts as heard at that moment. */
export interface BoundDriver extends DriverTrip {
  readonly heardAtMs: number;
}

/** Deletes the claims of these pairs. Returns the drivers that had one. */
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

/** Moves claims for the next trip to place 0 if the present trip is over. */
export async function promoteClaims(transaction: Queryable, driverIds: readonly string[]): Promise<void> {
  await transaction.rows({
    name: 'promote-claims',
    text: `
      UPDATE driver_claim AS next SET place = 0
      WHERE driver_id = ANY ($1::uuid[]) AND place = 1
        AND NOT EXISTS (SELECT FROM driver_claim AS now WHERE now.driver_id = next.driver_id AND now.place = 0)`,
    values: [driverIds.map((id) => uuidOf('driver', id))],
  });
}

/** Turns the claims of offers into claims of trips. Returns the drivers that had one. */
export async function holdClaims(
  transaction: Queryable,
  bound: readonly BoundDriver[],
): Promise<Set<DriverId>> {
  const rows = await transaction.rows<{ driver_id: string }>({
    name: 'hold-claims',
    text: `
      UPDATE driver_claim SET kind = 'trip', expires_at = NULL, deliver_by = NULL, heard_at = held.heard_at
      FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) AS held (driver_id, trip_id, heard_at)
      WHERE driver_claim.driver_id = held.driver_id AND driver_claim.trip_id = held.trip_id AND kind = 'offer'
      RETURNING driver_claim.driver_id`,
    values: [...columnsOf(bound), bound.map(({ heardAtMs }) => timestampOf(heardAtMs))],
  });
  return new Set(rows.map(({ driver_id }) => idFromUuid('driver', driver_id)));
}

/**
 * Binds drivers to trips without an offer: at the first free place. Fails if both places are taken, or the trip already has
 * a driver.
 */
export async function assignClaims(transaction: Queryable, bound: readonly BoundDriver[]): Promise<void> {
  await transaction.rows({
    name: 'assign-claims',
    text: `
      INSERT INTO driver_claim (driver_id, place, trip_id, kind, heard_at)
      SELECT driver_id, (SELECT count(*) FROM driver_claim AS c WHERE c.driver_id = given.driver_id), trip_id, 'trip', heard_at
      FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) AS given (driver_id, trip_id, heard_at)`,
    values: [...columnsOf(bound), bound.map(({ heardAtMs }) => timestampOf(heardAtMs))],
  });
}
