import type { Queryable } from '../postgres/database.ts';

/** A person as an issuer of tokens names it. */
export interface Person {
  readonly issuer: string;
  readonly subject: string;
}

/** The UUID of a person's ids; undefined before the first sight. */
export async function readIdentity(database: Queryable, person: Person): Promise<string | undefined> {
  const rows = await database.rows<{ identity_id: string }>({
    name: 'read-identity',
    text: 'SELECT identity_id FROM identity WHERE issuer = $1 AND subject = $2',
    values: [person.issuer, person.subject],
  });
  return rows[0]?.identity_id;
}

/**
 * Gives a person this UUID, unless it has one; returns the one it has now. Waits for another transaction that makes the
 * same person, so call it in a transaction of its own.
 */
export async function makeIdentity(
  transaction: Queryable,
  { issuer, subject }: Person,
  { identityId, atMs }: { identityId: string; atMs: number },
): Promise<string> {
  const made = await transaction.rows<{ identity_id: string }>({
    name: 'make-identity',
    text: `
      INSERT INTO identity (issuer, subject, identity_id, made_at) VALUES ($1, $2, $3, to_timestamp($4 / 1000.0))
      ON CONFLICT (issuer, subject) DO NOTHING RETURNING identity_id`,
    values: [issuer, subject, identityId, atMs],
  });
  const identity = made[0]?.identity_id ?? (await readIdentity(transaction, { issuer, subject }));
  if (identity === undefined) throw new Error(`the identity of ${issuer} was neither made nor found`);
  return identity;
}
