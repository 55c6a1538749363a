import { HailgridError } from '#libs/contracts';

/** SQLSTATE classes and codes after which a connection, or the server behind it, must not be used again. */
const OUTAGE_CLASSES = ['08', '57P'];
/**
 * 25006: the server is read-only, so it is (now) a standby. 25P03: idle in a transaction. 53300: too many
 * connections.
 */
const OUTAGE_CODES = new Set(['25006', '25P03', '53300']);
/** Read-only: the server is a standby, or was fenced. Nothing was written. */
const READ_ONLY = '25006';
const NETWORK_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENOTFOUND',
]);
/** Serialization failure and deadlock: the server rolled the transaction back, and a retry may succeed. */
const CONFLICT_CODES = new Set(['40001', '40P01']);

/** Disk full, out of memory, a configured limit reached, a file that cannot be written: it may pass, and the server stays in use. */
const SHORTAGE_CODES = new Set(['53100', '53200', '53400', '58030']);

/** The statement timeout, at work or waiting for a lock. */
const QUERY_CANCELED = '57014';
/** The wait for the standby was cut short, by a cancel (a plain warning, 01000) or by the end of the session. */
const UNREPLICATED_NOTICES = new Set(['01000', '57P01']);

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** Whether the server or the connection is gone. Whether the last statement took effect is then unknown. */
export function isOutage(error: unknown): boolean {
  const code = codeOf(error);
  if (code === undefined)
    return error instanceof Error && /connection|timeout|not queryable/i.test(error.message);
  return (
    OUTAGE_CODES.has(code) ||
    NETWORK_CODES.has(code) ||
    OUTAGE_CLASSES.some((prefix) => code.startsWith(prefix))
  );
}

/** Whether the server is read-only: nothing was written, and another server may accept the write. */
export function isRefusal(error: unknown): boolean {
  return codeOf(error) === READ_ONLY;
}

/** Whether the server rolled the transaction back after a serialization failure or a deadlock. */
export function isConflict(error: unknown): boolean {
  return CONFLICT_CODES.has(codeOf(error) ?? '');
}

/** Whether a notice with this code can mean that a commit is on the primary only. */
export function saysUnreplicated(noticeCode: string | undefined): boolean {
  return noticeCode !== undefined && UNREPLICATED_NOTICES.has(noticeCode);
}

/**
 * It is unknown whether a commit was made: its reply was lost, came too late, or came without the standby. A command with an
 * idempotency key may run again: the key has the answer, and the retry waits for it while the commit goes on.
 */
export class OutcomeUnknown extends HailgridError {
  constructor(internalMessage: string, cause?: unknown) {
    super('unavailable', internalMessage, { cause });
  }
}

/** Nothing was written, and a retry may find a primary: there is none now, or this one is lost or takes no writes. */
export class NoPrimary extends HailgridError {
  constructor(cause: unknown) {
    super('unavailable', 'no Postgres primary just now', { cause });
  }
}

/** The error for the caller, if it occurred before a COMMIT was sent: the server then rolls back when the session ends. */
export function errorBeforeCommit(error: unknown): unknown {
  if (error instanceof OutcomeUnknown) return error;
  if (isOutage(error)) return new NoPrimary(error);
  const code = codeOf(error) ?? '';
  if (code === QUERY_CANCELED)
    return new HailgridError('unavailable', 'a statement or its locks took too long', { cause: error });
  if (SHORTAGE_CODES.has(code))
    return new HailgridError('unavailable', 'the database is short of disk or memory', { cause: error });
  return error;
}
