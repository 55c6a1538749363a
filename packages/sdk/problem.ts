import type { components } from './generated/rider.ts';

/** What the service says about a refused request: RFC 9457 problem details. */
export type Problem = components['schemas']['Problem'];

/** The stable codes of the service's problems. */
export type ErrorCode = Problem['code'];

/**
 * How a request failed without an answer of the service: `network`, no connection; `timeout`, no answer in time;
 * `bad_answer`, an answer that is none of this API; `stopped`, the client was closed; `too_many_pending`, more changes
 * wait for their answers than a client keeps.
 */
export type TransportCode = 'network' | 'timeout' | 'bad_answer' | 'stopped' | 'too_many_pending';

/** What is known of a failure beside its code. */
export interface ProblemDetails {
  status?: number | undefined;
  retryAfterMs?: number | undefined;
  problem?: Problem | undefined;
  cause?: unknown;
}

/** A failed request: the code of the service's problem, or how the transport failed. */
export class HailgridProblem extends Error {
  override readonly name = 'HailgridProblem';
  readonly code: ErrorCode | TransportCode;
  /** Of the HTTP answer; undefined if there was none. */
  readonly status: number | undefined;
  /** How long the service asks to wait before a repetition. */
  readonly retryAfterMs: number | undefined;
  /** All that the service said. */
  readonly problem: Problem | undefined;

  constructor(code: ErrorCode | TransportCode, message: string, details: ProblemDetails = {}) {
    super(`${code}: ${message}`, { cause: details.cause });
    this.code = code;
    this.status = details.status;
    this.retryAfterMs = details.retryAfterMs;
    this.problem = details.problem;
  }

  /** From problem details, as an HTTP answer or an `error` frame has them. */
  static from(problem: Problem, what: string, retryAfterMs?: number): HailgridProblem {
    const askedMs = problem.retry_after_s === undefined ? undefined : problem.retry_after_s * MS_PER_S;
    return new HailgridProblem(problem.code, `${what}: ${problem.detail ?? problem.title}`, {
      status: problem.status,
      retryAfterMs: retryAfterMs ?? askedMs,
      problem,
    });
  }

  /** True if the same request may succeed later. */
  get isTransient(): boolean {
    if (this.code === 'network' || this.code === 'timeout') return true;
    return this.status !== undefined && (this.status >= 500 || this.status === 429);
  }
}

const MS_PER_S = 1000;

/** Reads problem details; undefined for anything else. */
export function asProblem(value: unknown): Problem | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { code, title, status } = value as Partial<Record<string, unknown>>;
  const isProblem = typeof code === 'string' && typeof title === 'string' && typeof status === 'number';
  return isProblem ? (value as Problem) : undefined;
}
