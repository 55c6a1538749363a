import type { Queryable } from '../postgres/database.ts';
import { timestampOf } from '../postgres/values.ts';

/**
 * Forgets at most `limit` quotes that had expired by then; says how many. Their ids sort by the time they were made, so
 * the key leads to the oldest.
 */
export async function purgeQuotes(database: Queryable, expiredByMs: number, limit: number): Promise<number> {
  const rows = await database.rows({
    name: 'purge-quotes',
    text: `
      DELETE FROM quote WHERE quote_id = ANY (ARRAY(
        SELECT quote_id FROM quote WHERE quote_id < uuid_floor($1) AND expires_at <= $1
        ORDER BY quote_id LIMIT $2 FOR UPDATE SKIP LOCKED))
      RETURNING quote_id`,
    values: [timestampOf(expiredByMs), limit],
  });
  return rows.length;
}
