import { uuidOf, type TripId, type WebhookId } from '#libs/contracts';
import type { Queryable } from '../../postgres/database.ts';
import { timestampOf } from '../../postgres/values.ts';

/** A trip whose newest event has this number. */
export interface TripProgress {
  tripId: TripId;
  seq: number;
}

/**
 * A suspended webhook gets no new deliveries, except that those of one that refuses wait until somebody has mended it, as
 * long as not too many wait.
 */
export const TAKES_IN = `(suspended_at IS NULL OR suspended_reason = 'refused' AND NOT is_full)`;

/**
 * Records a delivery to each webhook for the events of these trips that it wants, up to the given numbers, and returns how
 * many. Skips events recorded before, includes earlier ones that were never reported, and skips those older than the webhook
 * or `notBeforeMs`. With a webhook, only for that one. Must run in a transaction: it locks the lanes before it reads them.
 */
export async function takeInTripEvents(
  transaction: Queryable,
  progress: readonly TripProgress[],
  nowMs: number,
  notBeforeMs: number,
  webhookId?: WebhookId,
): Promise<number> {
  const only = webhookId === undefined ? null : uuidOf('webhook', webhookId);
  const trips = [progress.map(({ tripId }) => uuidOf('trip', tripId)), progress.map(({ seq }) => seq)];
  await transaction.rows({
    name: 'open-webhook-lanes',
    text: `
      INSERT INTO webhook_lane (webhook_id, trip_id, seq, changed_at)
      SELECT DISTINCT webhook_id, trip_id, 0, $2::timestamptz
      FROM webhook, unnest($1::uuid[]) AS reported (trip_id)
      WHERE ${TAKES_IN} AND ($3::uuid IS NULL OR webhook_id = $3) ORDER BY webhook_id, trip_id
      ON CONFLICT DO NOTHING`,
    values: [trips[0], timestampOf(nowMs), only],
  });
  await transaction.rows({
    name: 'lock-lanes-of-trips',
    text: `
      SELECT FROM webhook_lane
      WHERE trip_id = ANY ($1::uuid[]) AND webhook_id IN (SELECT webhook_id FROM webhook)
        AND ($2::uuid IS NULL OR webhook_id = $2)
      ORDER BY webhook_id, trip_id FOR UPDATE`,
    values: [trips[0], only],
  });
  const rows = await transaction.rows<{ deliveries: number }>({
    name: 'take-in-events',
    text: `
      WITH reported AS (
        SELECT trip_id, max(seq) AS seq FROM unnest($1::uuid[], $2::integer[]) AS t (trip_id, seq) GROUP BY trip_id
      ), behind AS (
        SELECT webhook_id, trip_id, lane.seq AS from_seq, reported.seq AS to_seq, created_at, event_types
        FROM webhook JOIN webhook_lane lane USING (webhook_id) JOIN reported USING (trip_id)
        WHERE ${TAKES_IN} AND lane.seq < reported.seq AND ($5::uuid IS NULL OR webhook_id = $5)
      ), moved AS (
        UPDATE webhook_lane lane SET seq = to_seq, changed_at = $3
        FROM behind WHERE lane.webhook_id = behind.webhook_id AND lane.trip_id = behind.trip_id
      ), wanted AS (
        SELECT webhook_id, trip_id, e.seq, row_number() OVER (PARTITION BY webhook_id, trip_id ORDER BY e.seq) AS place
        FROM behind CROSS JOIN LATERAL (
          SELECT seq, at, type FROM trip_event
          WHERE trip_id = behind.trip_id AND seq > from_seq AND seq <= to_seq OFFSET 0) e
        WHERE e.at >= created_at AND e.at >= $4 AND (event_types IS NULL OR e.type = ANY (event_types))
      ), noted AS (
        INSERT INTO webhook_delivery (webhook_id, trip_id, seq, due_at)
        SELECT webhook_id, trip_id, seq, CASE WHEN place = 1 AND NOT EXISTS (
            SELECT FROM webhook_delivery d WHERE d.webhook_id = w.webhook_id AND d.trip_id = w.trip_id)
          THEN $3 ELSE 'infinity'::timestamptz END
        FROM wanted w
        RETURNING webhook_id
      )
      SELECT count(*)::integer AS deliveries FROM noted`,
    values: [...trips, timestampOf(nowMs), timestampOf(notBeforeMs), only],
  });
  return rows[0]?.deliveries ?? 0;
}
