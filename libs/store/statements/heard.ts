import { idFromUuid, uuidOf, type DriverId, type TripId } from '#libs/contracts';
import type { Trip, TripState } from '#libs/trip';
import type { Queryable } from '../postgres/database.ts';
import { timestampOf } from '../postgres/values.ts';

/** The driver of a trip, as last heard according to Postgres. */
export interface SilentDriver {
  driverId: DriverId;
  tripId: TripId;
  state: TripState;
  tripS: number;
  attention: Trip['attention'];
  silentSinceMs: number;
}

interface SilentRow extends Record<string, unknown> {
  driver_id: string;
  trip_id: string;
  state: TripState;
  trip_s: number;
  attention: Trip['attention'];
  silent_since: number;
}

/**
 * Finds the drivers of trips who were not heard since a time, the longest silent first. A driver who moved the trip on
 * was heard then. Locks nothing: the caller checks each again under the trip's lock. Reads all claims, which are as many
 * as there are drivers at work, so that noting a driver as heard needs no index.
 */
export async function readSilentDrivers(
  database: Queryable,
  sinceMs: number,
  limit: number,
): Promise<SilentDriver[]> {
  const rows = await database.rows<SilentRow>({
    name: 'silent-drivers',
    text: `
      SELECT driver_id, trip_id, state, trip_s, attention, silent_since
      FROM driver_claim JOIN trip USING (trip_id),
        greatest(heard_at, accepted_at, arrived_at, started_at) AS silent_since
      WHERE kind = 'trip' AND state IN ('accepted', 'arrived', 'in_progress') AND silent_since <= $1
      ORDER BY silent_since LIMIT $2`,
    values: [timestampOf(sinceMs), limit],
  });
  return rows.map((row) => ({
    driverId: idFromUuid('driver', row.driver_id),
    tripId: idFromUuid('trip', row.trip_id),
    state: row.state,
    tripS: row.trip_s,
    attention: row.attention,
    silentSinceMs: row.silent_since,
  }));
}

export interface HeardDriver {
  driverId: DriverId;
  tripId: TripId;
  heardAtMs: number;
}

/**
 * Notes when drivers were heard; never earlier than noted before. Skips claims that a transaction is changing: they are
 * noted next time.
 */
export async function noteHeard(database: Queryable, heard: readonly HeardDriver[]): Promise<void> {
  if (heard.length === 0) return;
  await database.rows({
    name: 'note-heard',
    text: `
      WITH heard AS (
        SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) AS h (driver_id, trip_id, at)
      ), noted AS (
        SELECT c.driver_id, c.place, heard.at FROM driver_claim AS c JOIN heard USING (driver_id, trip_id)
        WHERE c.kind = 'trip' AND c.heard_at IS DISTINCT FROM greatest(c.heard_at, heard.at)
        FOR UPDATE OF c SKIP LOCKED
      )
      UPDATE driver_claim AS c SET heard_at = noted.at FROM noted
      WHERE c.driver_id = noted.driver_id AND c.place = noted.place`,
    values: [
      heard.map(({ driverId }) => uuidOf('driver', driverId)),
      heard.map(({ tripId }) => uuidOf('trip', tripId)),
      heard.map(({ heardAtMs }) => timestampOf(heardAtMs)),
    ],
  });
}
