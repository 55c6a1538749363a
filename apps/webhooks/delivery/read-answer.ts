/** Longest pause that a `Retry-After` can ask for: an endpoint that names a later time is called after this one. */
export const MAX_RETRY_AFTER_MS = 24 * 3_600_000;

const MS_PER_S = 1_000;

/** What an endpoint's status means for its message: RFC 9110, and Standard Webhooks for 410. */
export type Meaning =
  /** The endpoint has the message. */
  | 'delivered'
  /** It cannot take the message now, and may later. */
  | 'later'
  /** It refuses the message, and will until somebody changes something. */
  | 'refused'
  /** It wants no more messages at all. */
  | 'gone';

/**
 * Statuses below 500 that RFC 9110 (and 8470, 6585, 4918) expects to pass: request timeout, conflict, misdirected, locked,
 * failed dependency, too early, too many requests.
 */
const PASSING = new Set([408, 409, 421, 423, 424, 425, 429]);
/**
 * Statuses from 500 on that say what the server does not do, not that it failed (RFC 9110, 2295, 2774): not implemented,
 * HTTP version not supported, variant also negotiates, not extended.
 */
const INCAPABLE = new Set([501, 505, 506, 510]);
/** Too large a body is a temporary condition if `Retry-After` says so (RFC 9110, 15.5.14). */
const STATUS = { gone: 410, contentTooLarge: 413 };

/** The meaning of a status. A redirection is a refusal: its address was never checked, so it is not followed. */
export function meaningOf(status: number, hasRetryAfter: boolean): Meaning {
  if (status >= 200 && status < 300) return 'delivered';
  if (status === STATUS.gone) return 'gone';
  if (INCAPABLE.has(status)) return 'refused';
  if (status < 300 || status >= 500 || PASSING.has(status)) return 'later';
  return status === STATUS.contentTooLarge && hasRetryAfter ? 'later' : 'refused';
}

const SECONDS = /^\d+$/;
/** The three forms of an HTTP date begin with the name of a day and have a time: RFC 9110, 5.6.7. */
const HTTP_DATE = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? .*\d\d:\d\d:\d\d/;

/**
 * How long a `Retry-After` asks to wait from `nowMs` (wall time) on, at most {@link MAX_RETRY_AFTER_MS}; undefined if it
 * is absent or neither seconds nor an HTTP date.
 */
export function retryAfterMs(value: string | undefined, nowMs: number): number | undefined {
  const text = value?.trim() ?? '';
  const askedMs = SECONDS.test(text) ? Number(text) * MS_PER_S : untilDateMs(text, nowMs);
  if (askedMs === undefined) return undefined;
  return Math.min(MAX_RETRY_AFTER_MS, Math.max(0, askedMs));
}

function untilDateMs(text: string, nowMs: number): number | undefined {
  if (!HTTP_DATE.test(text)) return undefined;
  // The form of asctime names no zone; all three forms are in UTC.
  const atMs = Date.parse(text.endsWith('GMT') ? text : `${text} GMT`);
  return Number.isNaN(atMs) ? undefined : atMs - nowMs;
}
