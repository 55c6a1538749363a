import { createHash } from 'node:crypto';
import { HailgridError, idempotencyKey, type Idempotency } from '#libs/contracts';

/**
 * The idempotency key of a call, from its header or frame, and a digest of `request`; undefined without a key. Calls
 * that differ must have different `request`s: the digest covers neither path nor frame type.
 */
export function readIdempotencyKey(given: unknown, request: unknown): Idempotency | undefined {
  if (given === undefined) return undefined;
  const key = idempotencyKey.safeParse(given);
  if (!key.success) {
    throw new HailgridError('invalid_request', 'Idempotency-Key', {
      issues: [{ pointer: '/headers/Idempotency-Key', message: 'one to 200 printable characters' }],
    });
  }
  return { key: key.data, request_digest: digest(request) };
}

/** As {@link readIdempotencyKey}, but the key is required: for calls that create something. */
export function requireIdempotencyKey(given: unknown, request: unknown): Idempotency {
  const idempotency = readIdempotencyKey(given, request);
  if (idempotency === undefined) throw new HailgridError('idempotency_key_required', 'no Idempotency-Key');
  return idempotency;
}

function digest(request: unknown): string {
  return createHash('sha256').update(canonical(request)).digest('hex');
}

/** JSON with sorted members, so that equal bodies have the same digest. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const members = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${canonical(member)}`).join(',')}}`;
}
