import type { Queryable } from '../postgres/database.ts';

/** Raises the planner's term and lets it lapse. False where nobody has ever planned. */
export async function raiseTerm(transaction: Queryable, step: number): Promise<boolean> {
  const rows = await transaction.rows({
    name: 'raise-term',
    text: `UPDATE planner SET term = term + $1, expires_at = '-infinity' RETURNING term`,
    values: [step],
  });
  return rows.length > 0;
}
