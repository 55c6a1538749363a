import type { ErrorCode } from '#libs/contracts';
import type { Random } from '#libs/random';

/** Failures of the transport, besides the error codes of the service. */
export type TransportCode = 'network' | 'timeout' | 'bad_answer' | 'stopped';

/** A failed request: the service's error code, or how the transport failed. */
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

  /** True if a retry may succeed. */
  get isTransient(): boolean {
    if (this.code === 'network' || this.code === 'timeout') return true;
    return this.status !== undefined && (this.status >= 500 || this.status === 429);
  }
}

/** Back-off before the first retry, wall time. */
const FIRST_DELAY_MS = 200;
/** Longest back-off before a retry, wall time. */
const LONGEST_DELAY_MS = 4_000;

/**
 * Wall milliseconds to wait before retry `attempt` (1 is the first retry): exponential, bounded, with 50 % jitter.
 */
export function backoffMs(attempt: number, random: Random): number {
  const fullMs = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (attempt - 1));
  return fullMs * random.between(0.5, 1);
}
