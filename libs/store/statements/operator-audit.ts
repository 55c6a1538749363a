import { actHash, NO_HASH, type ActFacts, type FoundAct } from '#libs/trip';
import type { Queryable } from '../postgres/database.ts';
import { timestampOf } from '../postgres/values.ts';
import { sha256Hex } from '../written-change.ts';

/** What is to be written about an act of an operator. */
export interface ActWish extends Omit<ActFacts, 'number' | 'at'> {
  atMs: number;
}

type HeadRow = Record<'number', number> & Record<'hash', string | null>;

/**
 * Writes the act as the next row of the audit. Holds the head until the end of the transaction, so that operators' acts
 * commit one after the other; nobody else waits. The last lock of a transaction.
 */
export async function appendAct(transaction: Queryable, { atMs, ...wish }: ActWish): Promise<void> {
  const [head] = await transaction.rows<HeadRow>({
    name: 'lock-operator-audit',
    text: `SELECT number, encode(hash, 'hex') AS hash FROM lock_operator_audit()`,
    values: [],
  });
  if (head === undefined) throw new Error('the audit of operators has no head');
  const facts: ActFacts = { ...wish, number: head.number + 1, at: timestampOf(atMs) };
  await transaction.rows({
    name: 'append-act',
    text: `
      INSERT INTO operator_audit (number, at, issuer, subject, actor_id, role, act, target, reason, request_id, before, after, hash)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, decode($13, 'hex'))`,
    values: [
      facts.number,
      facts.at,
      facts.issuer,
      facts.subject,
      facts.actorId,
      facts.role,
      facts.act,
      jsonOf(facts.target),
      jsonOf(facts.reason),
      facts.requestId,
      jsonOf(facts.before),
      jsonOf(facts.after),
      actHash(head.hash ?? NO_HASH, facts, sha256Hex),
    ],
  });
}

/** A null stays one: it becomes no JSON null. */
function jsonOf(value: unknown): string | null {
  return value === null || value === undefined ? null : JSON.stringify(value);
}

/** Which rows to read: after one number, to another. */
export interface ActPage {
  after: number;
  last: number;
  limit: number;
}

interface ActRow extends Record<string, unknown> {
  number: number;
  at: number;
  issuer: string;
  subject: string;
  actor_id: string;
  role: string;
  act: string;
  target: unknown;
  reason: unknown;
  request_id: string;
  before: unknown;
  after: unknown;
  hash: string;
}

/** Reads the next rows by number, up to one of them; none at the end. */
export async function readActs(database: Queryable, { after, last, limit }: ActPage): Promise<FoundAct[]> {
  const rows = await database.rows<ActRow>({
    name: 'read-acts',
    text: `
      SELECT number, at, issuer, subject, actor_id, role, act, target, reason, request_id, before, after,
        encode(hash, 'hex') AS hash
      FROM operator_audit WHERE number > $1 AND number <= $2 ORDER BY number LIMIT $3`,
    values: [after, last, limit],
  });
  return rows.map(({ hash, at, actor_id: actorId, request_id: requestId, ...row }) => ({
    facts: { ...row, at: timestampOf(at), actorId, requestId },
    hash,
  }));
}

/** The end of the audit. */
export interface AuditEnd {
  /** Number and hash of the newest row, as the head has them. */
  number: number;
  hash: string | null;
  /** The highest number of a row. */
  last: number;
}

/** Reads the head and the last row in one snapshot. */
export async function readAuditEnd(database: Queryable): Promise<AuditEnd> {
  const [end] = await database.rows<AuditEnd & Record<string, unknown>>({
    name: 'read-audit-end',
    text: `
      SELECT number, encode(hash, 'hex') AS hash, (SELECT coalesce(max(number), 0) FROM operator_audit) AS last
      FROM operator_audit_head`,
    values: [],
  });
  if (end === undefined) throw new Error('the audit of operators has no head');
  return end;
}
