import type { Member, ShardRow } from '#libs/ownership';
import type { Queryable } from '../postgres/database.ts';

/** Rows and members of one moment. */
export interface OwnershipTables {
  rows: ShardRow[];
  members: Member[];
}

/** One statement, hence one snapshot: two would see a join between them. */
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
