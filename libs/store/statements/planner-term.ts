import type { Queryable } from '../postgres/database.ts';
import { timestampOf } from '../postgres/values.ts';

/** A process that can become planner: an instance and its incarnation. */
export interface PlannerCandidate {
  instance: string;
  incarnation: string;
}

/**
 * Wins the planner's term, or renews it until `expiresAtMs`; undefined if another candidate has it. A candidate whose term
 * has lapsed gets a new one, even if no other had it meanwhile.
 */
export async function winTerm(
  database: Queryable,
  { instance, incarnation }: PlannerCandidate,
  nowMs: number,
  expiresAtMs: number,
): Promise<number | undefined> {
  const rows = await database.rows<{ term: number }>({
    name: 'win-term',
    text: `
      INSERT INTO planner AS p (term, holder, incarnation, expires_at) VALUES (1, $1, $2, $4)
      ON CONFLICT (one) DO UPDATE SET
        term = p.term + CASE WHEN p.incarnation = $2 AND p.expires_at >= $3 THEN 0 ELSE 1 END,
        holder = $1, incarnation = $2, expires_at = $4
      WHERE p.expires_at < $3 OR p.incarnation = $2
      RETURNING term`,
    values: [instance, incarnation, timestampOf(nowMs), timestampOf(expiresAtMs)],
  });
  return rows[0]?.term;
}

/** Lets the term lapse, so that another candidate need not wait for it. */
export async function giveUpTerm(database: Queryable, { incarnation }: PlannerCandidate): Promise<void> {
  await database.rows({
    name: 'give-up-term',
    text: `UPDATE planner SET expires_at = '-infinity' WHERE incarnation = $1`,
    values: [incarnation],
  });
}

/** Reads and locks the current term until this transaction ends. */
export async function lockTerm(transaction: Queryable): Promise<number | undefined> {
  const rows = await transaction.rows<{ term: number }>({
    name: 'lock-term',
    text: 'SELECT term FROM planner FOR UPDATE',
    values: [],
  });
  return rows[0]?.term;
}

/** Reads the present planner; undefined if no term is current. */
export async function readPlanner(
  database: Queryable,
  nowMs: number,
): Promise<{ holder: string; term: number } | undefined> {
  const rows = await database.rows<{ holder: string; term: number }>({
    name: 'read-planner',
    text: 'SELECT holder, term FROM planner WHERE expires_at >= $1',
    values: [timestampOf(nowMs)],
  });
  return rows[0];
}

/** Raises the planner's term and lets it lapse. False if there never was a planner. */
export async function raiseTerm(transaction: Queryable, step: number): Promise<boolean> {
  const rows = await transaction.rows({
    name: 'raise-term',
    text: `UPDATE planner SET term = term + $1, expires_at = '-infinity' RETURNING term`,
    values: [step],
  });
  return rows.length > 0;
}
