import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

/** Timeout of one attempt. Above the deadline after which the services answer 503. */
const ATTEMPT_TIMEOUT_MS = 8_000;
/** Then the request has failed. Longer than any recovery may take. */
const GIVE_UP_MS = 60_000;
const MIN_PAUSE_MS = 100;
const MAX_PAUSE_MS = 400;

/** A request that may be repeated; with a body it is a write. */
export interface CanaryRequest {
  url: string;
  token: string;
  body?: unknown;
  idempotencyKey?: string;
}

/** A final answer: an acknowledgement, or a refusal that is not an outage. */
export interface Answer {
  isAcknowledged: boolean;
  body: Record<string, unknown>;
  /** Of the body, independent of the order of its members. */
  digest: string;
  /** Problem code of a refusal. */
  code: string;
  /** Wall time at which the answered attempt was sent. */
  sentAtMs: number;
}

/**
 * Repeats the request with the same key while there is no answer, or one that asks for a retry (429, 5xx). Returns
 * undefined after too long a time, or when the signal aborts it.
 */
export async function sendPatiently(
  request: CanaryRequest,
  signal: AbortSignal,
): Promise<Answer | undefined> {
  const deadline = performance.now() + GIVE_UP_MS;
  while (!signal.aborted && performance.now() < deadline) {
    const answer = await attempt(request);
    if (answer !== undefined) return answer;
    await sleep(MIN_PAUSE_MS + Math.random() * (MAX_PAUSE_MS - MIN_PAUSE_MS));
  }
  return undefined;
}

async function attempt({ url, token, body, idempotencyKey }: CanaryRequest): Promise<Answer | undefined> {
  const sentAtMs = Date.now();
  try {
    const response = await fetch(url, {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(ATTEMPT_TIMEOUT_MS),
    });
    const parsed = JSON.parse(await response.text()) as Record<string, unknown>;
    if (response.status >= 500 || response.status === 429) return undefined;
    return {
      isAcknowledged: response.ok,
      body: parsed,
      digest: digestOf(parsed),
      code: typeof parsed['code'] === 'string' ? parsed['code'] : `http_${response.status}`,
      sentAtMs,
    };
  } catch {
    // No answer, or an incomplete one.
    return undefined;
  }
}

function digestOf(body: unknown): string {
  const ordered = (_: string, value: unknown): unknown =>
    value !== null && typeof value === 'object' && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value;
  return createHash('sha256').update(JSON.stringify(body, ordered)).digest('hex');
}
