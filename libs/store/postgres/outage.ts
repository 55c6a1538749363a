/** SQLSTATE classes and codes after which a connection, or the server behind it, is not to be used any more. */
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
/** Serialization failure and deadlock: the transaction was undone, doing it again is right. */
const CONFLICT_CODES = new Set(['40001', '40P01']);

/** Disk full, out of memory, a configured limit reached, a file that cannot be written: it may pass, the server stays. */
const SHORTAGE_CODES = new Set(['53100', '53200', '53400', '58030']);

/** The statement timeout has ended it, be it at work or waiting for a lock. */
const QUERY_CANCELED = '57014';
/** The wait for the standby was cut short, by a cancel (a plain warning, 01000) or by the end of the session. */
const UNREPLICATED_NOTICES = new Set(['01000', '57P01']);

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** The server or the way to it is gone; whether the last statement took effect is unknown. */
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

/** The server takes no writes (any more): this one was not made, another server may take it. */
export function isRefusal(error: unknown): boolean {
  return codeOf(error) === READ_ONLY;
}

/** The transaction was undone by the server for another's sake. */
export function isConflict(error: unknown): boolean {
  return CONFLICT_CODES.has(codeOf(error) ?? '');
}

/** The transaction was undone since it took too long. */
export function isTimeout(error: unknown): boolean {
  return codeOf(error) === QUERY_CANCELED;
}

/** The transaction was undone since the server has no disk, memory or file for it. */
export function isShortage(error: unknown): boolean {
  return SHORTAGE_CODES.has(codeOf(error) ?? '');
}

/** Whether a notice with this code can mean that a commit is on the primary only. */
export function saysUnreplicated(noticeCode: string | undefined): boolean {
  return noticeCode !== undefined && UNREPLICATED_NOTICES.has(noticeCode);
}
