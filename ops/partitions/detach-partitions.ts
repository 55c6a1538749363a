import { escapeIdentifier, escapeLiteral, type Client } from 'pg';

/** Trips come first: the events of a trip are read only after the trip was found. */
const TABLES = ['trip_history', 'trip_event'] as const;
type HistoryTable = (typeof TABLES)[number];

/** The schema of detached tables (migration 0008). */
const ARCHIVE = 'archive';
/** Advisory lock of everything that changes partitions, such as `make_history_partitions`. It ends with its session. */
const CUTTING_LOCK = 7_045_106;

interface Partition extends Record<string, unknown> {
  parent: HistoryTable;
  partition: string;
  from_id: string | null;
  to_id: string | null;
  detach_pending: boolean;
}

export interface DetachReport {
  detached: string[];
  /** End of the oldest partition that is old enough but has pending trips or events; null if there is none. */
  held_until: string | null;
}

/**
 * Detaches the partitions of trips and events with nothing newer than `keepFromMs`, and moves them into schema `archive`.
 * Both tables are cut at the same id. Readers and writers are not blocked: Postgres waits for sessions that still use a
 * partition. The next run finishes an interrupted one.
 */
export async function detachPartitions(
  client: Client,
  keepFromMs: number,
  nowMs: number,
): Promise<DetachReport> {
  await client.query('SELECT pg_advisory_lock($1)', [CUTTING_LOCK]);
  try {
    const detached = await finishDetaching(client, nowMs);
    const { cut, heldUntil } = await cutBelow(client, keepFromMs);
    for (const table of TABLES) {
      for (const partition of cut === undefined ? [] : await partitionsBelow(client, table, cut)) {
        await client.query(
          `ALTER TABLE ${table} DETACH PARTITION ${escapeIdentifier(partition)} CONCURRENTLY`,
        );
        await archive(client, partition, nowMs);
        detached.push(partition);
      }
      await coverTheBeginning(client, table);
    }
    return { detached, held_until: heldUntil };
  } finally {
    await client.query('SELECT pg_advisory_unlock($1)', [CUTTING_LOCK]);
  }
}

/** Finishes the detaches of an interrupted run, and archives tables that it left detached. */
async function finishDetaching(client: Client, nowMs: number): Promise<string[]> {
  const finished: string[] = [];
  for (const { parent, partition, detach_pending } of await readPartitions(client)) {
    if (!detach_pending) continue;
    await client.query(`ALTER TABLE ${parent} DETACH PARTITION ${escapeIdentifier(partition)} FINALIZE`);
  }
  const { rows } = await client.query<{ name: string }>(`
    SELECT relname AS name FROM pg_class
    WHERE relkind = 'r' AND NOT relispartition AND relnamespace = 'public'::regnamespace
      AND relname ~ '^(trip_history|trip_event)_(first|[0-9]{8}t[0-9]{6})$'`);
  for (const { name } of rows) {
    await archive(client, name, nowMs);
    finished.push(name);
  }
  for (const table of TABLES) await coverTheBeginning(client, table);
  return finished;
}

/**
 * Finds the highest common partition bound up to `keepFromMs` below which nothing is pending: no trip is under way, and no
 * event waits in the outbox or for a webhook.
 */
async function cutBelow(
  client: Client,
  keepFromMs: number,
): Promise<{ cut: string | undefined; heldUntil: string | null }> {
  const { rows } = await client.query<{ id: string; at: Date; at_rest: boolean }>(
    `SELECT to_id AS id, uuid_time(to_id) AS at, NOT EXISTS (SELECT FROM trip WHERE trip_id < to_id)
       AND NOT EXISTS (SELECT FROM outbox WHERE trip_id < to_id)
       AND NOT EXISTS (SELECT FROM webhook_delivery WHERE trip_id < to_id) AS at_rest
     FROM history_partition WHERE to_id <= uuid_floor($1)
     GROUP BY to_id HAVING count(DISTINCT parent) = 2 ORDER BY to_id DESC`,
    [new Date(keepFromMs).toISOString()],
  );
  const held = rows.findLast(({ at_rest }) => !at_rest);
  return { cut: rows.find(({ at_rest }) => at_rest)?.id, heldUntil: held?.at.toISOString() ?? null };
}

/** The partitions wholly below the cut, oldest first, without the catch-all partition before the oldest. */
async function partitionsBelow(client: Client, table: HistoryTable, cut: string): Promise<string[]> {
  const { rows } = await client.query<{ partition: string }>(
    `SELECT partition FROM history_partition WHERE parent = $1 AND to_id <= $2 AND partition <> parent || '_before'
     ORDER BY from_id NULLS FIRST`,
    [table, cut],
  );
  return rows.map(({ partition }) => partition);
}

/** Keeps the catch-all partition before the oldest one adjacent to it. It is empty unless a clock is wrong by years. */
async function coverTheBeginning(client: Client, table: HistoryTable): Promise<void> {
  const before = `${table}_before`;
  const partitions = (await readPartitions(client)).filter(({ parent }) => parent === table);
  const first = partitions.find(({ partition }) => partition !== before);
  const known = partitions.find(({ partition }) => partition === before);
  if (first === undefined || first.from_id === null || known?.to_id === first.from_id) return;
  if (known !== undefined) await client.query(`ALTER TABLE ${table} DETACH PARTITION ${before} CONCURRENTLY`);
  await client.query(
    `CREATE TABLE IF NOT EXISTS ${before} (LIKE ${table} INCLUDING DEFAULTS INCLUDING CONSTRAINTS)`,
  );
  await client.query(
    `ALTER TABLE ${table} ATTACH PARTITION ${before} FOR VALUES FROM (MINVALUE) TO (${escapeLiteral(first.from_id)})`,
  );
}

async function readPartitions(client: Client): Promise<Partition[]> {
  const { rows } = await client.query<Partition>(
    'SELECT * FROM history_partition ORDER BY from_id NULLS FIRST',
  );
  return rows;
}

async function archive(client: Client, partition: string, nowMs: number): Promise<void> {
  const name = escapeIdentifier(partition);
  const detachedAt = escapeLiteral(new Date(nowMs).toISOString());
  await client.query(
    `BEGIN; COMMENT ON TABLE ${name} IS ${detachedAt}; ALTER TABLE ${name} SET SCHEMA ${ARCHIVE}; COMMIT`,
  );
}

/** Drops the tables that were detached by `detachedByMs`; returns their names. */
export async function dropDetached(client: Client, detachedByMs: number): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT relname AS name FROM pg_class
     WHERE relkind = 'r' AND relnamespace = $1::regnamespace AND obj_description(oid, 'pg_class')::timestamptz <= $2`,
    [ARCHIVE, new Date(detachedByMs).toISOString()],
  );
  for (const { name } of rows) await client.query(`DROP TABLE ${ARCHIVE}.${escapeIdentifier(name)}`);
  return rows.map(({ name }) => name);
}
