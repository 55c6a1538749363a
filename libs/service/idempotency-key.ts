import { createHash } from 'node:crypto';
import { HailgridError, type Idempotency } from '#libs/contracts';

/** RFC-draft header: printable, at most 200 characters. */
const KEY = /^[\x21-\x7e]{1,200}$/;

/** The key of a call and a digest of what it asks; undefined where the caller gave no key. */
export function readIdempotencyKey(header: unknown, request: unknown): Idempotency | undefined {
  if (header === undefined) return undefined;
  if (typeof header !== 'string' || !KEY.test(header)) {
    throw new HailgridError('invalid_request', 'Idempotency-Key', {
      issues: [{ pointer: '/headers/Idempotency-Key', message: 'one to 200 printable characters' }],
    });
  }
  return { key: header, request_digest: digest(request) };
}

/** As {@link readIdempotencyKey}, for calls that create something. */
export function requireIdempotencyKey(header: unknown, request: unknown): Idempotency {
  const idempotency = readIdempotencyKey(header, request);
  if (idempotency === undefined) throw new HailgridError('idempotency_key_required', 'no Idempotency-Key');
  return idempotency;
}

function digest(request: unknown): string {
  return createHash('sha256').update(canonical(request)).digest('hex');
}

/** JSON with sorted members: two bodies that say the same have one digest. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const members = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${canonical(member)}`).join(',')}}`;
}
