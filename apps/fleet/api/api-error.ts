import type { ErrorCode } from '#libs/contracts';
import type { Random } from '#libs/random';

/** What can go wrong on the way, beside the answers that the service gives. */
export type TransportCode = 'network' | 'timeout' | 'bad_answer' | 'stopped';

/** A request that did not end well: the service's own code, or what happened to the answer. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: ErrorCode | TransportCode;
  readonly status: number | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(
    code: ErrorCode | TransportCode,
    message: string,
    details: { status?: number; retryAfterMs?: number | undefined; cause?: unknown } = {},
  ) {
    super(`${code}: ${message}`, { cause: details.cause });
    this.code = code;
    this.status = details.status;
    this.retryAfterMs = details.retryAfterMs;
  }

  /** True where the same request may succeed a little later. */
  get isTransient(): boolean {
    if (this.code === 'network' || this.code === 'timeout') return true;
    return this.status !== undefined && (this.status >= 500 || this.status === 429);
  }
}

/** How long the first retry waits, wall time. */
const FIRST_DELAY_MS = 200;
/** How long any retry waits at most, wall time. */
const LONGEST_DELAY_MS = 4_000;

/**
 * Wall milliseconds to wait before try number `attempt` (1 is the first repetition): doubling, bounded, spread by
 * half.
 */
export function backoffMs(attempt: number, random: Random): number {
  const fullMs = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (attempt - 1));
  return fullMs * random.between(0.5, 1);
}
