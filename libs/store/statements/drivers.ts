import {
  idFromUuid,
  type DriverId,
  type Product,
  type Vehicle,
  uuidOf,
  type DriverStanding,
} from '#libs/contracts';
import type { Queryable } from '../postgres/database.ts';
import { timestampOf } from '../postgres/values.ts';
import { claimFromRow, type ClaimRow, type RawClaimRow } from './claims.ts';

/** A driver's session row. */
export interface DriverRow {
  driverId: DriverId;
  session: number;
  online: boolean;
  product: Product;
  vehicle: Vehicle;
  version: number;
}

/** Columns that every statement selects from `driver`. */
export const DRIVER_COLUMNS = 'driver_id, session, online, product, vehicle, version';

/** A row of `driver` as Postgres gives it. */
export type RawDriverRow = Omit<DriverRow, 'driverId'> & { driver_id: string };

export function driverFromRow({ driver_id, ...row }: RawDriverRow): DriverRow {
  return { ...row, driverId: idFromUuid('driver', driver_id) };
}

export async function readDriver(database: Queryable, driverId: string): Promise<DriverRow | undefined> {
  const rows = await database.rows<RawDriverRow>({
    name: 'read-driver',
    text: `SELECT ${DRIVER_COLUMNS} FROM driver WHERE driver_id = $1`,
    values: [uuidOf('driver', driverId)],
  });
  return rows.map(driverFromRow)[0];
}

/**
 * Locks drivers in the order of their ids, always after their trips. The holder of a driver's lock may change its claims.
 */
export async function lockDrivers(
  transaction: Queryable,
  driverIds: readonly string[],
): Promise<Map<string, DriverRow>> {
  const rows = await transaction.rows<RawDriverRow>({
    name: 'lock-drivers',
    text: `SELECT ${DRIVER_COLUMNS} FROM driver WHERE driver_id = ANY ($1::uuid[]) ORDER BY driver_id FOR UPDATE`,
    values: [driverIds.map((id) => uuidOf('driver', id))],
  });
  return new Map(rows.map(driverFromRow).map((driver) => [driver.driverId, driver]));
}

/** Puts the driver online in a new session, with a higher number than all before. */
export async function openSession(
  transaction: Queryable,
  driver: { driverId: string; product: Product; vehicle: Vehicle; atMs: number },
): Promise<DriverRow> {
  const rows = await transaction.rows<RawDriverRow>({
    name: 'open-session',
    text: `
      INSERT INTO driver (driver_id, session, online, product, vehicle, version, changed_at)
      VALUES ($1, 1, true, $2, $3, 1, $4)
      ON CONFLICT (driver_id) DO UPDATE SET session = driver.session + 1, online = true, product = excluded.product,
        vehicle = excluded.vehicle, version = driver.version + 1, changed_at = excluded.changed_at
      RETURNING ${DRIVER_COLUMNS}`,
    values: [
      uuidOf('driver', driver.driverId),
      driver.product,
      JSON.stringify(driver.vehicle),
      timestampOf(driver.atMs),
    ],
  });
  const row = rows[0];
  if (row === undefined) throw new Error('an upsert returns its row');
  return driverFromRow(row);
}

/** Puts a locked driver offline. */
export async function closeSession(
  transaction: Queryable,
  driverId: string,
  atMs: number,
): Promise<DriverRow | undefined> {
  const rows = await transaction.rows<RawDriverRow>({
    name: 'close-session',
    text: `
      UPDATE driver SET online = false, version = version + 1, changed_at = $2
      WHERE driver_id = $1 RETURNING ${DRIVER_COLUMNS}`,
    values: [uuidOf('driver', driverId), timestampOf(atMs)],
  });
  return rows.map(driverFromRow)[0];
}

interface BumpedRow {
  driver_id: string;
  version: number;
  online: boolean;
  claims: RawClaimRow[];
}

/** Raises the versions of locked drivers after a change of their claims; returns their new standings. */
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

/** The standing of a driver by its claims, which are given in the order of their places. */
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

/** Finds the drivers whose version is above the known one. */
export async function readOutdatedDrivers(
  database: Queryable,
  known: readonly { driverId: string; version: number }[],
): Promise<DriverId[]> {
  const rows = await database.rows<{ driver_id: string }>({
    name: 'outdated-drivers',
    text: `
      SELECT driver.driver_id
      FROM unnest($1::uuid[], $2::bigint[]) AS known (driver_id, version)
      JOIN driver ON driver.driver_id = known.driver_id AND driver.version > known.version`,
    values: [known.map(({ driverId }) => uuidOf('driver', driverId)), known.map(({ version }) => version)],
  });
  return rows.map(({ driver_id }) => idFromUuid('driver', driver_id));
}

/**
 * Raises the version and session of every driver, so that any version known elsewhere is older than the row. The drivers'
 * apps go online again in a new session. Returns the number of drivers.
 */
export async function raiseDrivers(transaction: Queryable, step: number): Promise<number> {
  const rows = await transaction.rows({
    name: 'raise-drivers',
    text: `
      WITH locked AS (
        SELECT driver_id FROM driver ORDER BY driver_id FOR UPDATE
      )
      UPDATE driver AS d SET version = d.version + $1, session = d.session + $1 FROM locked
      WHERE d.driver_id = locked.driver_id
      RETURNING d.driver_id`,
    values: [step],
  });
  return rows.length;
}
