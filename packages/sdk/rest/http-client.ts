import { backoffMs, pause, type Chance } from '../backoff.ts';
import { asProblem, HailgridProblem } from '../problem.ts';

/** Attempts of one request unless given. They span about 30 s: longer than a restart or a failover takes. */
const ATTEMPTS = 12;
/** How long one attempt waits for its answer. */
const ATTEMPT_TIMEOUT_MS = 10_000;
const MS_PER_S = 1000;

/** Gives the access token. With `rejected`, the service has refused that one: only another one helps. */
export type TokenSource = (rejected?: string) => string | Promise<string>;

export interface HttpClientOptions {
  /** Base URL of the API, such as `https://riders.example.com`. */
  url: string;
  token?: TokenSource;
  fetch?: (url: string, init: RequestInit) => Promise<Response>;
  chance?: Chance;
  attempts?: number;
  /** Runs an attempt, to bound how many run at once. */
  admit?: <T>(attempt: () => Promise<T>) => Promise<T>;
  /** Ends requests and pauses with the code `stopped`. */
  signal?: AbortSignal;
}

export interface HttpRequest {
  method: string;
  /** With names in braces, which `params` replaces: `/v1/trips/{trip_id}`. */
  path: string;
  params?: Readonly<Record<string, string>> | undefined;
  query?: Readonly<Record<string, string | number | undefined>> | undefined;
  body?: unknown;
  idempotencyKey?: string | undefined;
  /** The status of an answer that has what was asked for; unless given: any from 200 to 299. */
  status?: number;
  /** Whether a repetition does no harm; unless given: a GET, or a request with a key. */
  isRepeatable?: boolean;
  /** The token in place of that of the client's source. */
  token?: TokenSource | undefined;
  /** Called with `performance.now()` just before the first attempt. */
  onSend?: (wallMs: number) => void;
}

interface Answer {
  status: number;
  isOk: boolean;
  body: unknown;
  retryAfterMs: number | undefined;
}

/**
 * Requests with a token, repeated with the same Idempotency-Key after 429, 5xx or a lost connection, if that is safe.
 * Honours Retry-After, and asks once for another token when the service refuses one.
 */
export class HttpClient {
  readonly #options: HttpClientOptions;
  readonly #base: string;
  readonly #chance: Chance;

  constructor(options: HttpClientOptions) {
    this.#options = options;
    this.#base = options.url.replace(/\/+$/, '');
    this.#chance = options.chance ?? Math.random;
  }

  /** The JSON of the answer. @throws HailgridProblem of a final refusal, or of the last attempt */
  async send(request: HttpRequest): Promise<unknown> {
    const { signal, attempts = ATTEMPTS, admit = (run) => run() } = this.#options;
    const source = request.token ?? this.#options.token;
    let rejected: string | undefined;
    for (let attempt = 1; ; attempt++) {
      let token: string | undefined;
      try {
        token = await source?.(rejected);
        return await admit(() => this.#attempt(request, attempt, token));
      } catch (error) {
        if (!(error instanceof HailgridProblem) || error.code === 'stopped') throw error;
        if (error.status === 401 && token !== undefined && rejected === undefined) {
          rejected = token;
          continue;
        }
        if (attempt >= attempts || !mayRepeat(request, error)) throw error;
        await pause(Math.max(error.retryAfterMs ?? 0, backoffMs(attempt, this.#chance)), signal);
        if (signal?.aborted === true) throw new HailgridProblem('stopped', 'while waiting to repeat');
      }
    }
  }

  async #attempt(request: HttpRequest, attempt: number, token: string | undefined): Promise<unknown> {
    const { method, body, idempotencyKey } = request;
    const headers: Record<string, string> = {};
    if (token !== undefined) headers['authorization'] = `Bearer ${token}`;
    if (idempotencyKey !== undefined) headers['idempotency-key'] = idempotencyKey;
    if (body !== undefined) headers['content-type'] = 'application/json';
    if (attempt === 1) request.onSend?.(performance.now());
    const what = `${method} ${request.path}`;
    const answer = await this.#exchange(this.#base + pathOf(request), what, {
      method,
      headers,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const isWanted = request.status === undefined ? answer.isOk : answer.status === request.status;
    if (isWanted && answer.body !== undefined) return answer.body;
    const problem = asProblem(answer.body);
    if (problem !== undefined && !answer.isOk) throw HailgridProblem.from(problem, what, answer.retryAfterMs);
    throw new HailgridProblem('bad_answer', `${what} answered ${answer.status} without what this API says`, {
      status: answer.status,
      retryAfterMs: answer.retryAfterMs,
    });
  }

  async #exchange(url: string, what: string, init: RequestInit): Promise<Answer> {
    const { signal, fetch = (...args) => globalThis.fetch(...args) } = this.#options;
    const timeout = AbortSignal.timeout(ATTEMPT_TIMEOUT_MS);
    try {
      const response = await fetch(url, {
        ...init,
        signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
      });
      return {
        status: response.status,
        isOk: response.ok,
        body: parseJson(await response.text()),
        retryAfterMs: retryAfterMs(response.headers.get('retry-after')),
      };
    } catch (cause) {
      if (signal?.aborted === true) throw new HailgridProblem('stopped', what, { cause });
      throw new HailgridProblem(timeout.aborted ? 'timeout' : 'network', what, { cause });
    }
  }
}

function pathOf({ path, params = {}, query = {} }: HttpRequest): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ''));
  const given = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)] as [string, string]],
  );
  return given.length === 0 ? filled : `${filled}?${new URLSearchParams(given).toString()}`;
}

/** A refusal for the rate was not carried out; of anything else the outcome may be unknown. */
function mayRepeat(request: HttpRequest, problem: HailgridProblem): boolean {
  if (!problem.isTransient) return false;
  if (problem.status === 429) return true;
  return request.isRepeatable ?? (request.method === 'GET' || request.idempotencyKey !== undefined);
}

/** In seconds, as the services send it; a date counts as none. */
function retryAfterMs(header: string | null): number | undefined {
  const seconds = Number(header ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * MS_PER_S : undefined;
}

/** Undefined for a text that is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
