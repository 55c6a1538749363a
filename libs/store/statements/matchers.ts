import type { Queryable } from '../postgres/database.ts';
import { timestampOf } from '../postgres/values.ts';

/** Locks the membership of matchers until the transaction ends: plans are made one at a time. */
export async function lockMatchers(transaction: Queryable): Promise<string[]> {
  await transaction.rows({ name: 'lock-matchers', text: 'LOCK TABLE matcher IN EXCLUSIVE MODE', values: [] });
  const rows = await transaction.rows<{ instance: string }>({
    name: 'read-matchers',
    text: 'SELECT instance FROM matcher ORDER BY instance',
    values: [],
  });
  return rows.map(({ instance }) => instance);
}

export async function insertMatcher(transaction: Queryable, instance: string, atMs: number): Promise<void> {
  await transaction.rows({
    name: 'insert-matcher',
    text: `
      INSERT INTO matcher (instance, joined_at) VALUES ($1, $2)
      ON CONFLICT (instance) DO UPDATE SET joined_at = excluded.joined_at`,
    values: [instance, timestampOf(atMs)],
  });
}

export async function deleteMatcher(transaction: Queryable, instance: string): Promise<void> {
  await transaction.rows({
    name: 'delete-matcher',
    text: 'DELETE FROM matcher WHERE instance = $1',
    values: [instance],
  });
}
