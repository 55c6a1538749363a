import type { Member, MemberCommand, MemberState } from '#libs/ownership';
import type { Queryable } from '../postgres/database.ts';
import { timestampOf } from '../postgres/values.ts';

/** A member with the time of its last change of state. */
export interface MemberRow extends Member {
  changedAtMs: number;
}

const MEMBER_COLUMNS = 'instance, incarnation, state, changed_at AS "changedAtMs"';

export async function readMembers(database: Queryable): Promise<MemberRow[]> {
  return database.rows<MemberRow & Record<string, unknown>>({
    name: 'read-members',
    text: `SELECT ${MEMBER_COLUMNS} FROM matcher ORDER BY instance`,
    values: [],
  });
}

/** Reads and locks the member until this transaction ends. */
export async function lockMember(transaction: Queryable, instance: string): Promise<MemberRow | undefined> {
  const rows = await transaction.rows<MemberRow & Record<string, unknown>>({
    name: 'lock-member',
    text: `SELECT ${MEMBER_COLUMNS} FROM matcher WHERE instance = $1 FOR UPDATE`,
    values: [instance],
  });
  return rows[0];
}

/** Makes an instance an active member; true if it was none, or was another incarnation. */
export async function joinMember(
  transaction: Queryable,
  instance: string,
  incarnation: string,
  atMs: number,
): Promise<boolean> {
  const known = await lockMember(transaction, instance);
  if (known?.incarnation === incarnation && known.state !== 'lost') return false;
  await transaction.rows({
    name: 'join-member',
    text: `
      INSERT INTO matcher (instance, incarnation, state, changed_at) VALUES ($1, $2, 'active', $3)
      ON CONFLICT (instance) DO UPDATE SET incarnation = $2, state = 'active', changed_at = $3`,
    values: [instance, incarnation, timestampOf(atMs)],
  });
  return known?.incarnation !== incarnation;
}

/** Changes a member's state if it is one of `from`; returns whether it was. */
export async function setMemberState(
  database: Queryable,
  { instance, state, from, incarnation }: MemberStateChange,
  atMs: number,
): Promise<boolean> {
  const rows = await database.rows({
    name: 'set-member-state',
    text: `
      UPDATE matcher SET state = $2, changed_at = $4
      WHERE instance = $1 AND state = ANY ($3) AND incarnation = coalesce($5::uuid, incarnation)
      RETURNING instance`,
    values: [instance, state, from, timestampOf(atMs), incarnation ?? null],
  });
  return rows.length > 0;
}

export interface MemberStateChange {
  instance: string;
  state: MemberState;
  from: readonly MemberState[];
  /** If given, only this incarnation is changed. */
  incarnation?: string;
}

/** Applies the commands whose member is still as the planner saw it; returns how many. */
export async function changeMembers(
  transaction: Queryable,
  commands: readonly MemberCommand[],
  atMs: number,
): Promise<number> {
  if (commands.length === 0) return 0;
  const wanted = JSON.stringify(
    commands.map(({ seen, state }) => ({ ...seen, seen_state: seen.state, state })),
  );
  const rows = await transaction.rows({
    name: 'change-members',
    text: `
      WITH wanted AS (
        SELECT * FROM jsonb_to_recordset($1::jsonb)
          AS w (instance text, incarnation uuid, seen_state text, state text)
      ), changed AS (
        UPDATE matcher m SET state = w.state, changed_at = $2 FROM wanted w
        WHERE m.instance = w.instance AND m.incarnation = w.incarnation AND m.state = w.seen_state
          AND w.state IS NOT NULL
        RETURNING m.instance
      ), forgotten AS (
        DELETE FROM matcher m USING wanted w
        WHERE m.instance = w.instance AND m.incarnation = w.incarnation AND m.state = w.seen_state AND w.state IS NULL
        RETURNING m.instance
      )
      SELECT instance FROM changed UNION ALL SELECT instance FROM forgotten`,
    values: [wanted, timestampOf(atMs)],
  });
  return rows.length;
}
