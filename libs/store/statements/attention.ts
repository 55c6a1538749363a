import { idFromUuid, toTimestamp, uuidOf, type AttentionEntry, type OperatorId } from '#libs/contracts';
import type { AttentionKind } from '#libs/trip';
import type { Queryable } from '../postgres/database.ts';
import { timestampOf } from '../postgres/values.ts';

/** Which entries of the feed are kept. */
export interface AttentionRange {
  /** Number of the oldest one; one above the newest if none is kept. */
  oldest: number;
  /** The highest number given so far; 0: none. */
  newest: number;
}

/**
 * Gives numbers to committed entries that have none, in one order for everybody: whoever has seen a number has seen all
 * below it. Does nothing while another process does it. Returns how many got one.
 */
export async function numberAttention(transaction: Queryable, limit: number): Promise<number> {
  const [head] = await transaction.rows<{ number: string }>({
    name: 'lock-attention-head',
    text: 'SELECT number::text FROM attention_head FOR UPDATE SKIP LOCKED',
    values: [],
  });
  if (head === undefined) return 0;
  const [done] = await transaction.rows<{ numbered: number }>({
    name: 'number-attention',
    text: `
      WITH pending AS (
        SELECT entry, $1::bigint + row_number() OVER (ORDER BY entry) AS number
        FROM (SELECT entry FROM attention WHERE number IS NULL ORDER BY entry LIMIT $2) AS oldest
      ), numbered AS (
        UPDATE attention a SET number = p.number FROM pending p WHERE a.entry = p.entry RETURNING a.number
      ), raised AS (
        UPDATE attention_head SET number = (SELECT max(number) FROM numbered) WHERE EXISTS (SELECT FROM numbered)
      )
      SELECT count(*)::integer AS numbered FROM numbered`,
    values: [head.number, limit],
  });
  return done?.numbered ?? 0;
}

/** Whether entries wait for their number, and the highest number given. */
export async function readAttentionHead(
  database: Queryable,
): Promise<{ newest: number; hasUnnumbered: boolean }> {
  const [head] = await database.rows<{ newest: string; unnumbered: boolean }>({
    name: 'read-attention-head',
    text: `
      SELECT number::text AS newest, EXISTS (SELECT FROM attention WHERE number IS NULL) AS unnumbered
      FROM attention_head`,
    values: [],
  });
  if (head === undefined) throw new Error('the attention feed has no head');
  return { newest: Number(head.newest), hasUnnumbered: head.unnumbered };
}

export async function readAttentionRange(database: Queryable): Promise<AttentionRange> {
  const [range] = await database.rows<{ newest: string; oldest: string | null }>({
    name: 'read-attention-range',
    text: `
      SELECT number::text AS newest, (SELECT min(number) FROM attention)::text AS oldest FROM attention_head`,
    values: [],
  });
  if (range === undefined) throw new Error('the attention feed has no head');
  const newest = Number(range.newest);
  return { newest, oldest: range.oldest === null ? newest + 1 : Number(range.oldest) };
}

interface AttentionRow extends Record<string, unknown> {
  number: string;
  kind: AttentionKind;
  at_ms: string;
  trip_id: string | null;
  driver_id: string | null;
  data: Record<string, unknown>;
  acknowledged_ms: string | null;
  acknowledged_by: string | null;
  acknowledged_name: string | null;
  acknowledged_note: string | null;
}

const COLUMNS = `number::text, kind, (extract(epoch FROM at) * 1000)::text AS at_ms, trip_id, driver_id, data,
  (extract(epoch FROM acknowledged_at) * 1000)::text AS acknowledged_ms, acknowledged_by, acknowledged_name, acknowledged_note`;

/** Which entries of the feed are asked for. */
export interface AttentionFilter {
  kind?: AttentionKind | undefined;
  /** Only those that nobody has acknowledged. */
  isOpen?: boolean;
}

/** Reads the first entries after a number. */
export async function readAttention(
  database: Queryable,
  after: number,
  limit: number,
  { kind, isOpen = false }: AttentionFilter = {},
): Promise<AttentionEntry[]> {
  const rows = await database.rows<AttentionRow>({
    name: isOpen ? 'read-open-attention' : 'read-attention',
    text: `
      SELECT ${COLUMNS}
      FROM attention WHERE number > $1 AND ($3::text IS NULL OR kind = $3)
        ${isOpen ? 'AND acknowledged_at IS NULL' : ''} ORDER BY attention.number LIMIT $2`,
    values: [after, limit, kind ?? null],
  });
  return rows.map(entryOf);
}

/** Counts the entries that nobody has acknowledged, up to a limit. */
export async function countOpenAttention(database: Queryable, limit: number): Promise<number> {
  const [counted] = await database.rows<{ open: number }>({
    name: 'count-open-attention',
    text: `
      SELECT count(*)::integer AS open FROM (
        SELECT FROM attention WHERE number IS NOT NULL AND acknowledged_at IS NULL LIMIT $1) AS counted`,
    values: [limit],
  });
  return counted?.open ?? 0;
}

function entryOf(row: AttentionRow): AttentionEntry {
  const { trip_id, driver_id, acknowledged_by: by, acknowledged_name: name, acknowledged_note: note } = row;
  return {
    number: Number(row.number),
    kind: row.kind,
    at: toTimestamp(Number(row.at_ms)),
    trip_id: trip_id === null ? null : idFromUuid('trip', trip_id),
    driver_id: driver_id === null ? null : idFromUuid('driver', driver_id),
    data: row.data,
    acknowledged:
      by === null || name === null
        ? null
        : { by: idFromUuid('operator', by), name, at: toTimestamp(Number(row.acknowledged_ms)), note },
  };
}

/** Who takes an entry on. */
export interface Acknowledging {
  number: number;
  operatorId: OperatorId;
  name: string;
  note: string | null;
  atMs: number;
}

/**
 * Acknowledges an entry, unless somebody has: then it stays theirs. Returns it as it was before and is now; undefined if there
 * is none.
 */
export async function acknowledgeAttention(
  transaction: Queryable,
  { number, operatorId, name, note, atMs }: Acknowledging,
): Promise<{ before: AttentionEntry; after: AttentionEntry } | undefined> {
  const locked = await transaction.rows<AttentionRow>({
    name: 'lock-attention',
    text: `SELECT ${COLUMNS} FROM attention WHERE number = $1 FOR UPDATE`,
    values: [number],
  });
  const before = locked.map(entryOf)[0];
  if (before === undefined || before.acknowledged !== null) return before && { before, after: before };
  const written = await transaction.rows<AttentionRow>({
    name: 'acknowledge-attention',
    text: `
      UPDATE attention SET acknowledged_at = $2, acknowledged_by = $3, acknowledged_name = $4, acknowledged_note = $5
      WHERE number = $1 RETURNING ${COLUMNS}`,
    values: [number, timestampOf(atMs), uuidOf('operator', operatorId), name, note],
  });
  const after = written.map(entryOf)[0];
  return after && { before, after };
}

/** Deletes numbered entries of before a time, lowest number first; returns how many. */
export async function purgeAttention(database: Queryable, beforeMs: number, limit: number): Promise<number> {
  const rows = await database.rows({
    name: 'purge-attention',
    text: `
      DELETE FROM attention WHERE entry IN (
        SELECT entry FROM attention WHERE number IS NOT NULL ORDER BY number LIMIT $2 FOR UPDATE SKIP LOCKED)
        AND at <= $1
      RETURNING entry`,
    values: [timestampOf(beforeMs), limit],
  });
  return rows.length;
}

/** Notes riders who are searched a driver for until the deadline or before: once a search. Returns how many. */
export async function noteLongSearches(
  database: Queryable,
  { atMs, deadlineAtMs, limit }: { atMs: number; deadlineAtMs: number; limit: number },
): Promise<number> {
  const rows = await database.rows({
    name: 'note-long-searches',
    text: `
      INSERT INTO attention (kind, at, subject, occasion, trip_id, data)
      SELECT 'long_search', $1, trip_id, (extract(epoch FROM search_deadline_at) * 1000)::bigint, trip_id,
        jsonb_build_object('requested_at', requested_at_text, 'search_deadline_at', deadline_text)
      FROM (
        SELECT trip_id, search_deadline_at,
          to_char(requested_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS requested_at_text,
          to_char(search_deadline_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS deadline_text
        FROM trip t
        WHERE state = 'processing' AND search_deadline_at <= $2 AND NOT EXISTS (
          SELECT FROM attention a WHERE a.subject = t.trip_id AND a.kind = 'long_search'
            AND a.occasion = (extract(epoch FROM t.search_deadline_at) * 1000)::bigint)
        ORDER BY trip_id LIMIT $3
      ) AS searched
      ON CONFLICT (subject, kind, occasion) DO NOTHING RETURNING entry`,
    values: [timestampOf(atMs), timestampOf(deadlineAtMs), limit],
  });
  return rows.length;
}

/** Notes drivers who wait at a pickup since a time or longer: once an arrival. Returns how many. */
export async function noteLongWaits(
  database: Queryable,
  { atMs, arrivedByMs, limit }: { atMs: number; arrivedByMs: number; limit: number },
): Promise<number> {
  const rows = await database.rows({
    name: 'note-long-waits',
    text: `
      INSERT INTO attention (kind, at, subject, occasion, trip_id, driver_id, data)
      SELECT 'long_wait', $1, trip_id, occasion, trip_id, driver_id, jsonb_build_object('arrived_at', arrived_text)
      FROM (
        SELECT t.trip_id, c.driver_id, (extract(epoch FROM arrived_at) * 1000)::bigint AS occasion,
          to_char(arrived_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS arrived_text
        FROM trip t LEFT JOIN driver_claim c ON c.trip_id = t.trip_id AND c.kind = 'trip'
        WHERE state = 'arrived' AND arrived_at <= $2 AND NOT EXISTS (
          SELECT FROM attention a WHERE a.subject = t.trip_id AND a.kind = 'long_wait'
            AND a.occasion = (extract(epoch FROM t.arrived_at) * 1000)::bigint)
        ORDER BY t.trip_id LIMIT $3
      ) AS waiting
      ON CONFLICT (subject, kind, occasion) DO NOTHING RETURNING entry`,
    values: [timestampOf(atMs), timestampOf(arrivedByMs), limit],
  });
  return rows.length;
}
