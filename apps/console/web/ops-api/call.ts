import type { Problem } from '#libs/contracts';

/** How long a call may take. */
const CALL_TIMEOUT_MS = 20_000;

/** An answer that is a problem (RFC 9457), or none at all. */
export class CallFailed extends Error {
  override readonly name = 'CallFailed';
  /** HTTP status; 0: the server was not reached. */
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

interface CallOptions {
  method?: 'GET' | 'POST' | 'DELETE';
  body?: unknown;
  /** The version that a change assumes, as an ETag. */
  ifMatch?: string;
  signal?: AbortSignal;
}

/**
 * Calls the console's server. Each change carries a key of its own, so that a repeated call changes nothing twice. Throws
 * {@link CallFailed}.
 */
export async function call<T>(path: string, options: CallOptions = {}): Promise<T> {
  const { method = 'GET', body, ifMatch, signal } = options;
  const limit = AbortSignal.timeout(CALL_TIMEOUT_MS);
  const response = await fetch(path, {
    method,
    signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
    headers: {
      accept: 'application/json',
      ...(method !== 'GET' && { 'x-hailgrid-console': '1', 'idempotency-key': crypto.randomUUID() }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(ifMatch !== undefined && { 'if-match': ifMatch }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  }).catch((error: unknown) => {
    if (signal?.aborted === true) throw error;
    throw new CallFailed(0, 'unreachable', 'The console does not answer. Is it running?');
  });
  if (response.ok) return (await response.json()) as T;
  const problem = (await response.json().catch(() => ({}))) as Partial<Problem>;
  const detail = problem.detail ?? problem.title ?? `the call failed with status ${response.status}`;
  throw new CallFailed(response.status, problem.code ?? 'unknown', detail);
}

/** Calls a route of the operators' API, by its path there. */
export function callOps<T>(path: `/v1/${string}`, options?: CallOptions): Promise<T> {
  return call<T>(`/v1/console/ops${path}`, options);
}
