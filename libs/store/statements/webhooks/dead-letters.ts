import { idFromUuid, uuidOf, type TripId, type WebhookId } from '#libs/contracts';
import type { Queryable } from '../../postgres/database.ts';
import { timestampOf } from '../../postgres/values.ts';

/** How long before a suspension a trip may have begun whose events are caught up: longer than any trip is under way. */
const LONGEST_TRIP_S = 2 * 86_400;

export interface DeadDelivery {
  tripId: TripId;
  seq: number;
  attempts: number;
  deadAtMs: number;
  status: number | null;
  error: string | null;
  waitingBehind: number;
}

interface DeadRow extends Record<string, unknown> {
  trip_id: string;
  seq: number;
  attempts: number;
  dead_at: number;
  status: number | null;
  error: string | null;
  waiting_behind: number;
}

/** Reads a webhook's next dead letters by trip: one per trip at most, since later deliveries wait behind it. */
export async function readDeadLetters(
  database: Queryable,
  webhookId: WebhookId,
  after: TripId | undefined,
  limit: number,
): Promise<DeadDelivery[]> {
  const rows = await database.rows<DeadRow>({
    name: 'read-dead-letters',
    text: `
      SELECT trip_id, seq, attempts, dead_at, status, error,
        (SELECT count(*)::integer FROM webhook_delivery b
          WHERE b.webhook_id = d.webhook_id AND b.trip_id = d.trip_id AND b.seq > d.seq) AS waiting_behind
      FROM webhook_delivery d
      WHERE webhook_id = $1 AND dead_at IS NOT NULL AND ($2::uuid IS NULL OR trip_id > $2)
      ORDER BY trip_id, seq LIMIT $3`,
    values: [uuidOf('webhook', webhookId), after === undefined ? null : uuidOf('trip', after), limit],
  });
  return rows.map((row) => ({
    tripId: idFromUuid('trip', row.trip_id),
    seq: row.seq,
    attempts: row.attempts,
    deadAtMs: row.dead_at,
    status: row.status,
    error: row.error,
    waitingBehind: row.waiting_behind,
  }));
}

/**
 * Makes a webhook's dead letters due again with a full set of attempts, all or one trip's; returns how many. Ends a
 * suspension, and a pause that the endpoint asked for. What happened during the suspension is taken in by
 * `catchUpWebhook`, from the trips on that may have been under way when it began.
 */
export async function reviveDeadLetters(
  database: Queryable,
  webhookId: WebhookId,
  tripId: TripId | undefined,
  nowMs: number,
): Promise<number> {
  const rows = await database.rows<{ revived: number }>({
    name: 'revive-dead-letters',
    text: `
      WITH resumed AS (
        UPDATE webhook SET catch_up_after = CASE
            WHEN suspended_at IS NULL OR suspended_reason = 'refused' AND NOT is_full THEN catch_up_after
            ELSE least(catch_up_after, uuid_floor(suspended_at - make_interval(secs => $4))) END,
          suspended_at = NULL, suspended_reason = NULL, suspended_error = NULL, refusals = 0,
          is_full = false, held_until = NULL
        WHERE webhook_id = $1
      ), revived AS (
        UPDATE webhook_delivery SET dead_at = NULL, attempts = 0, due_at = $3
        WHERE webhook_id = $1 AND dead_at IS NOT NULL AND ($2::uuid IS NULL OR trip_id = $2)
        RETURNING seq
      )
      SELECT count(*)::integer AS revived FROM revived`,
    values: [
      uuidOf('webhook', webhookId),
      tripId === undefined ? null : uuidOf('trip', tripId),
      timestampOf(nowMs),
      LONGEST_TRIP_S,
    ],
  });
  return rows[0]?.revived ?? 0;
}
