import type { ShardClaim, ShardRow, Member, ShardCommand } from '#libs/ownership';
import type { Queryable } from '../postgres/database.ts';
import { cellToBigint, timestampOf } from '../postgres/values.ts';

/** Reads all claims, in the order of the cells. */
export async function readShards(database: Queryable): Promise<ShardClaim[]> {
  return database.rows<{ shard: string; epoch: number; owner: string | null }>({
    name: 'read-shards',
    text: `SELECT to_hex(cell) AS shard, epoch, owner FROM shard ORDER BY cell`,
    values: [],
  });
}

/** Reads at most `limit` live shards after a cell (undefined: from the first), in the order of the cells. */
export async function readShardPage(
  database: Queryable,
  after: string | undefined,
  limit: number,
): Promise<ShardRow[]> {
  return database.rows<ShardRow & Record<string, unknown>>({
    name: 'read-shard-page',
    text: `
      SELECT to_hex(cell) AS shard, epoch, owner, retired, changed_at AS "changedAtMs" FROM shard
      WHERE cell > $1 AND NOT retired ORDER BY cell LIMIT $2`,
    values: [after === undefined ? '0' : cellToBigint(after), limit],
  });
}

/** Reads the claims of these shards; unknown ones are left out. */
export async function readShardsOf(database: Queryable, shards: readonly string[]): Promise<ShardClaim[]> {
  return database.rows<{ shard: string; epoch: number; owner: string | null }>({
    name: 'read-shards-of',
    text: 'SELECT to_hex(cell) AS shard, epoch, owner FROM shard WHERE cell = ANY ($1::bigint[])',
    values: [shards.map(cellToBigint)],
  });
}

/** Reads the claims of one owner. */
export async function readShardsOwnedBy(database: Queryable, owner: string): Promise<ShardClaim[]> {
  return database.rows<{ shard: string; epoch: number; owner: string | null }>({
    name: 'read-shards-owned-by',
    text: 'SELECT to_hex(cell) AS shard, epoch, owner FROM shard WHERE owner = $1 ORDER BY cell',
    values: [owner],
  });
}

/** Counts the shards of each owner. */
export async function readShardCounts(database: Queryable): Promise<Map<string, number>> {
  const rows = await database.rows<{ owner: string; shards: number }>({
    name: 'read-shard-counts',
    text: 'SELECT owner, count(*)::integer AS shards FROM shard WHERE owner IS NOT NULL GROUP BY owner',
    values: [],
  });
  return new Map(rows.map(({ owner, shards }) => [owner, shards]));
}

/** Rows and members in one snapshot. */
export interface OwnershipTables {
  rows: ShardRow[];
  members: Member[];
}

/** Reads shards and members in one statement, hence one snapshot: a matcher could join between two statements. */
export async function readOwnership(database: Queryable): Promise<OwnershipTables> {
  const rows = await database.rows<{ rows: ShardRow[]; members: Member[] }>({
    name: 'read-ownership',
    text: `
      SELECT
        (SELECT coalesce(json_agg(json_build_object('shard', to_hex(cell), 'epoch', epoch, 'owner', owner,
           'retired', retired, 'changedAtMs', round(extract(epoch FROM changed_at) * 1000)) ORDER BY cell), '[]')
         FROM shard) AS rows,
        (SELECT coalesce(json_agg(json_build_object('instance', instance, 'incarnation', incarnation, 'state', state)
           ORDER BY instance), '[]')
         FROM matcher) AS members`,
    values: [],
  });
  return rows[0] ?? { rows: [], members: [] };
}

/** A shard whose row is locked. A retired one has no owner. */
export interface LockedShard {
  epoch: number;
  owner: string | null;
}

/**
 * Reads and locks the epochs and owners of shards until this transaction ends. FOR SHARE blocks an update of the epoch (FOR
 * KEY SHARE would not), and lets other commits under the same epoch pass.
 */
export async function lockShardEpochs(
  transaction: Queryable,
  shards: readonly string[],
): Promise<Map<string, LockedShard>> {
  const rows = await transaction.rows<{ shard: string; epoch: number; owner: string | null }>({
    name: 'lock-shard-epochs',
    text: `
      SELECT to_hex(cell) AS shard, epoch, owner FROM shard
      WHERE cell = ANY ($1::bigint[]) ORDER BY cell FOR SHARE`,
    values: [shards.map(cellToBigint)],
  });
  return new Map(rows.map(({ shard, epoch, owner }) => [shard, { epoch, owner }]));
}

/**
 * Applies the commands whose seen epoch is still current, with a history row for each, and returns their shards. Locks the
 * rows in the order of the cells first, as offers do: an update alone would lock them in any order.
 *
 * @param term the planner's; null for a matcher that renews its own shards
 */
export async function claimShards(
  transaction: Queryable,
  commands: readonly ShardCommand[],
  term: number | null,
  atMs: number,
): Promise<string[]> {
  if (commands.length === 0) return [];
  await transaction.rows({
    name: 'lock-shards',
    text: 'SELECT FROM shard WHERE cell = ANY ($1::bigint[]) ORDER BY cell FOR UPDATE',
    values: [commands.map(({ shard }) => cellToBigint(shard))],
  });
  const rows = await transaction.rows<{ shard: string }>({
    name: 'claim-shards',
    text: `
      WITH wanted AS (
        SELECT * FROM jsonb_to_recordset($1::jsonb)
          AS w (cell bigint, owner text, epoch bigint, seen_epoch bigint, retired boolean, kind text)
      ), moved AS (
        UPDATE shard s SET owner = w.owner, epoch = w.epoch, retired = w.retired, changed_at = $2
        FROM wanted w WHERE s.cell = w.cell AND s.epoch = w.seen_epoch
        RETURNING s.cell
      ), added AS (
        INSERT INTO shard (cell, epoch, owner, retired, changed_at)
        SELECT cell, epoch, owner, retired, $2 FROM wanted WHERE seen_epoch IS NULL
        ON CONFLICT DO NOTHING RETURNING cell
      ), done AS (
        SELECT cell FROM moved UNION ALL SELECT cell FROM added
      ), noted AS (
        INSERT INTO shard_change (cell, epoch, owner, retired, kind, term, at)
        SELECT cell, epoch, owner, retired, kind, $3, $2 FROM wanted WHERE cell IN (SELECT cell FROM done)
      )
      SELECT to_hex(cell) AS shard FROM done`,
    values: [
      JSON.stringify(
        commands.map(({ shard, owner, epoch, seenEpoch, retired, kind }) => ({
          cell: cellToBigint(shard),
          owner,
          epoch,
          seen_epoch: seenEpoch,
          retired,
          kind,
        })),
      ),
      timestampOf(atMs),
      term,
    ],
  });
  return rows.map(({ shard }) => shard);
}

/**
 * Raises the epochs of all shards by the same step, including retired ones, so that the newest shard on each line of descent
 * stays the newest. Owners stay. Returns the number of shards.
 */
export async function raiseEpochs(transaction: Queryable, step: number, atMs: number): Promise<number> {
  const rows = await transaction.rows({
    name: 'raise-epochs',
    text: `
      WITH locked AS (
        SELECT cell FROM shard ORDER BY cell FOR UPDATE
      ), raised AS (
        UPDATE shard AS s SET epoch = s.epoch + $1, changed_at = $2 FROM locked WHERE s.cell = locked.cell
        RETURNING s.cell, s.epoch, s.owner, s.retired
      )
      INSERT INTO shard_change (cell, epoch, owner, retired, kind, at)
      SELECT cell, epoch, owner, retired, 'renewed', $2 FROM raised
      RETURNING cell`,
    values: [step, timestampOf(atMs)],
  });
  return rows.length;
}

/** Deletes at most `limit` changes of ownership from before a time; returns how many. */
export async function purgeShardChanges(
  database: Queryable,
  beforeMs: number,
  limit: number,
): Promise<number> {
  const rows = await database.rows({
    name: 'purge-shard-changes',
    text: `
      DELETE FROM shard_change WHERE (cell, epoch) IN (
        SELECT cell, epoch FROM shard_change WHERE at < $1 ORDER BY at LIMIT $2 FOR UPDATE SKIP LOCKED)
      RETURNING epoch`,
    values: [timestampOf(beforeMs), limit],
  });
  return rows.length;
}
