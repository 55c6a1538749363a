import { idFromUuid, toTimestamp, uuidOf, type DriverId, type Suspicion } from '#libs/contracts';
import type { Queryable } from '../postgres/database.ts';
import { timestampOf } from '../postgres/values.ts';

/** Within which time the suspicions of a driver are one row. */
export const SUSPICION_PERIOD_MS = 600_000;

/** How many positions of one reason a row counts: no flood of reports overflows it. */
const MAX_COUNT = 1_000_000;

/**
 * Adds suspicions to the rows of their drivers, at `nowMs`: a reporter does not choose the period. The first one of a driver and
 * period enters the attention feed. Who never was online is no driver: a false report makes no rows of people who do not exist.
 */
export async function addSuspicions(
  database: Queryable,
  suspicions: readonly Omit<Suspicion, 'at'>[],
  nowMs: number,
): Promise<void> {
  const period = Math.floor(nowMs / SUSPICION_PERIOD_MS) * SUSPICION_PERIOD_MS;
  const byDriver = new Map(suspicions.map((suspicion) => [suspicion.driver_id, suspicion]));
  await database.rows({
    name: 'add-suspicions',
    text: `
      WITH reported AS (
        SELECT driver_id, n.score, least(n.impossible_track, $4) AS impossible_track,
          least(n.mocked_position, $4) AS mocked_position, n.lat, n.lng
        FROM jsonb_to_recordset($1::jsonb) AS n (driver_id uuid, score double precision, impossible_track bigint,
          mocked_position bigint, lat double precision, lng double precision) JOIN driver USING (driver_id)
      ), noted AS (
        INSERT INTO attention (kind, at, subject, occasion, driver_id, data)
        SELECT 'suspicion', $3, driver_id, $5, driver_id, jsonb_build_object('score', score, 'reasons',
          jsonb_build_object('impossible_track', impossible_track, 'mocked_position', mocked_position))
        FROM reported ORDER BY driver_id
        ON CONFLICT (subject, kind, occasion) DO NOTHING
      )
      INSERT INTO driver_suspicion AS s (driver_id, period, at, score, impossible_track, mocked_position, lat, lng)
      SELECT driver_id, $2, $3, score, impossible_track, mocked_position, lat, lng FROM reported ORDER BY driver_id
      ON CONFLICT (driver_id, period) DO UPDATE SET at = excluded.at, score = greatest(s.score, excluded.score),
        impossible_track = least(s.impossible_track + excluded.impossible_track, $4),
        mocked_position = least(s.mocked_position + excluded.mocked_position, $4), lat = excluded.lat, lng = excluded.lng`,
    values: [
      JSON.stringify(
        [...byDriver.values()].map(({ driver_id, score, reasons, point }) => ({
          driver_id: uuidOf('driver', driver_id),
          score,
          ...reasons,
          ...point,
        })),
      ),
      timestampOf(period),
      timestampOf(nowMs),
      MAX_COUNT,
      period,
    ],
  });
}

interface SuspicionRow extends Record<string, unknown> {
  driver_id: string;
  at_ms: string;
  score: number;
  impossible_track: number;
  mocked_position: number;
  lat: number;
  lng: number;
}

/** The newest suspicions, of one driver or of all. */
export async function readSuspicions(
  database: Queryable,
  driverId: DriverId | undefined,
  limit: number,
): Promise<Suspicion[]> {
  const rows = await database.rows<SuspicionRow>({
    name: 'read-suspicions',
    text: `
      SELECT driver_id, (extract(epoch FROM at) * 1000)::text AS at_ms, score, impossible_track::integer, mocked_position::integer,
        lat, lng
      FROM driver_suspicion WHERE $1::uuid IS NULL OR driver_id = $1
      ORDER BY period DESC, at DESC, driver_id LIMIT $2`,
    values: [driverId === undefined ? null : uuidOf('driver', driverId), limit],
  });
  return rows.map(({ driver_id, at_ms, score, impossible_track, mocked_position, lat, lng }) => ({
    driver_id: idFromUuid('driver', driver_id),
    at: toTimestamp(Number(at_ms)),
    score,
    reasons: { impossible_track, mocked_position },
    point: { lat, lng },
  }));
}

/** Deletes suspicions of before a time; returns how many. */
export async function purgeSuspicions(database: Queryable, beforeMs: number, limit: number): Promise<number> {
  const rows = await database.rows({
    name: 'purge-suspicions',
    text: `
      DELETE FROM driver_suspicion WHERE (driver_id, period) IN (
        SELECT driver_id, period FROM driver_suspicion WHERE period <= $1 ORDER BY period LIMIT $2 FOR UPDATE SKIP LOCKED)
      RETURNING driver_id`,
    values: [timestampOf(beforeMs), limit],
  });
  return rows.length;
}
