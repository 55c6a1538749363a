import { idFromUuid, uuidOf, type DriverId, type DriverStanding, type Product } from '#libs/contracts';
import type { Queryable } from '../postgres/database.ts';
import { FIRST_UUID, LAST_UUID, timestampOf } from '../postgres/values.ts';
import { claimFromRow, type RawClaimRow } from './claims.ts';
import { DRIVER_COLUMNS, driverFromRow, standingOf, type DriverRow, type RawDriverRow } from './drivers.ts';

/** How many drivers one page may look at, with those that do not match: a rare status would else read all of them. */
export const MAX_DRIVERS_LOOKED_AT = 10_000;

/** Which drivers an operator looks for; undefined members do not matter. */
export interface DriverFilter {
  driverId?: DriverId | undefined;
  status: DriverStanding['status'] | undefined;
  product: Product | undefined;
  /** Only drivers with a trip who were not heard since then. */
  silentSinceMs: number | undefined;
}

export interface FoundDriver {
  driver: DriverRow;
  standing: DriverStanding;
  changedAtMs: number;
  /** When the driver of a trip was last heard, to a quarter of a minute or so; null without a trip. */
  heardAtMs: number | null;
}

export interface FoundDrivers {
  drivers: FoundDriver[];
  /** Where the next page begins; null after the last driver. A page may be short, or empty, and have a next one. */
  after: DriverId | null;
}

type Row = RawDriverRow & {
  looked_at: number;
  last: string | null;
  changed_at: number;
  heard_at: number | null;
  claims: RawClaimRow[] | null;
};

/** Finds drivers by id, after the last one looked at by the page before. */
export async function findDrivers(
  database: Queryable,
  { driverId, status, product, silentSinceMs }: DriverFilter,
  after: DriverId | undefined,
  limit: number,
  maxLookedAt = MAX_DRIVERS_LOOKED_AT,
): Promise<FoundDrivers> {
  const rows = await database.rows<
    (Row | (Omit<Row, 'driver_id'> & { driver_id: null })) & Record<string, unknown>
  >({
    name: 'find-drivers',
    text: `
      WITH seen AS MATERIALIZED (
        SELECT ${DRIVER_COLUMNS}, changed_at FROM driver WHERE driver_id > $1 AND driver_id BETWEEN $7 AND $8 ORDER BY driver_id LIMIT $6
      ), known AS (
        SELECT seen.*, claims, heard_at, CASE now_kind WHEN 'trip' THEN 'on_trip' WHEN 'offer' THEN 'offered'
          ELSE CASE WHEN online THEN 'free' ELSE 'offline' END END AS status
        FROM seen LEFT JOIN LATERAL (
          SELECT jsonb_agg(to_jsonb(c) ORDER BY c.place) AS claims, min(c.kind) FILTER (WHERE c.place = 0) AS now_kind,
            max(c.heard_at) FILTER (WHERE c.kind = 'trip' AND c.place = 0) AS heard_at
          FROM driver_claim AS c WHERE c.driver_id = seen.driver_id) AS bound ON true
      )
      SELECT found.*, (SELECT count(*)::integer FROM seen) AS looked_at,
        (SELECT driver_id FROM seen ORDER BY driver_id DESC LIMIT 1) AS last
      FROM (VALUES (1)) AS always LEFT JOIN (
        SELECT * FROM known WHERE ($2::text IS NULL OR status = $2) AND ($3::text IS NULL OR product = $3)
          AND ($4::timestamptz IS NULL OR heard_at < $4)
        ORDER BY driver_id LIMIT $5) AS found ON true
      ORDER BY found.driver_id`,
    values: [
      after === undefined ? FIRST_UUID : uuidOf('driver', after),
      status ?? null,
      product ?? null,
      silentSinceMs === undefined ? null : timestampOf(silentSinceMs),
      limit + 1,
      maxLookedAt,
      driverId === undefined ? FIRST_UUID : uuidOf('driver', driverId),
      driverId === undefined ? LAST_UUID : uuidOf('driver', driverId),
    ],
  });
  const found = rows.flatMap((row) => (row.driver_id === null ? [] : [foundDriver(row)]));
  const drivers = found.slice(0, limit);
  if (found.length > limit) return { drivers, after: drivers.at(-1)?.driver.driverId ?? null };
  const { looked_at: lookedAt = 0, last = null } = rows[0] ?? {};
  return { drivers, after: lookedAt < maxLookedAt || last === null ? null : idFromUuid('driver', last) };
}

function foundDriver(row: Row): FoundDriver {
  const { driver_id, session, online, product, vehicle, version } = row;
  const driver = driverFromRow({ driver_id, session, online, product, vehicle, version });
  return {
    driver,
    standing: standingOf(driver, (row.claims ?? []).map(claimFromRow)),
    changedAtMs: row.changed_at,
    heardAtMs: row.heard_at,
  };
}
