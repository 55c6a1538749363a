import { setTimeout as sleep } from 'node:timers/promises';
import type { z } from 'zod';
import { postToken, problem, type HttpRoute } from '#libs/contracts';
import { randomStream, type Random } from '#libs/random';
import { ApiError, backoffMs } from './api-error.ts';
import type { Credentials } from './credentials.ts';

/** Runs a limited number of tasks at once; the others wait in order of arrival. */
export class RequestSlots {
  readonly #limit: number;
  #busy = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  async run<T>(task: () => Promise<T>): Promise<T> {
    if (this.#busy < this.#limit) this.#busy++;
    // A finished task passes its slot to the next one, so the count does not change.
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await task();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#busy--;
      else next();
    }
  }
}

/** Concurrent requests per {@link ApiClient}; the rest wait in the fleet instead of in the service's socket queue. */
export const MAX_CONCURRENT_REQUESTS = 64;
/** Maximum attempts per request. They span about 30 s: longer than a restart or a failover takes. */
const MAX_ATTEMPTS = 12;
/** How long one attempt waits for the response before it counts as failed, wall time. */
const REQUEST_TIMEOUT_MS = 10_000;

export interface ApiUrls {
  rider: string;
  driver: string;
  issuer: string;
}

export interface ApiCall {
  credentials?: Credentials;
  params?: Readonly<Record<string, string>>;
  body?: unknown;
  idempotencyKey?: string;
  /** Called with the wall time (`performance.now()`) just before the first attempt is sent. */
  onSend?: (wallMs: number) => void;
}

type PublicRoute = HttpRoute & { api: keyof ApiUrls };

/**
 * The public REST API as a phone uses it: keep-alive, a bound on concurrent requests, and retries with the same
 * Idempotency-Key after 429, 5xx or a lost connection. Honours Retry-After.
 */
export class ApiClient {
  readonly #urls: ApiUrls;
  readonly #slots = new RequestSlots(MAX_CONCURRENT_REQUESTS);
  readonly #random: Random;
  readonly #stopping: AbortSignal;

  constructor(urls: ApiUrls, seed: number, caller: string, stopping: AbortSignal) {
    this.#urls = urls;
    this.#random = randomStream(seed, `retry-${caller}`);
    this.#stopping = stopping;
  }

  /** @throws ApiError with the service's code for a final error, or with the last error after the last attempt */
  async call<R extends PublicRoute>(route: R, call: ApiCall = {}): Promise<z.output<R['response']>> {
    let renewed = false;
    for (let attempt = 1; ; attempt++) {
      try {
        // Before taking the slot: fetching a token is a call of its own, which needs a slot.
        const token = await call.credentials?.token();
        return await this.#slots.run(() => this.#once(route, call, attempt, token));
      } catch (error) {
        if (!(error instanceof ApiError) || this.#stopping.aborted) throw error;
        if (error.status === 401 && call.credentials !== undefined && !renewed) {
          renewed = true;
          call.credentials.forget();
          continue;
        }
        if (!error.isTransient || attempt >= MAX_ATTEMPTS) throw error;
        await this.#pause(Math.max(error.retryAfterMs ?? 0, backoffMs(attempt, this.#random)));
      }
    }
  }

  async #once<R extends PublicRoute>(
    route: R,
    call: ApiCall,
    attempt: number,
    token: string | undefined,
  ): Promise<z.output<R['response']>> {
    const headers: Record<string, string> = {};
    if (token !== undefined) headers['authorization'] = `Bearer ${token}`;
    if (call.idempotencyKey !== undefined) headers['idempotency-key'] = call.idempotencyKey;
    if (call.body !== undefined) headers['content-type'] = 'application/json';
    const path = route.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => call.params?.[name] ?? '');
    if (attempt === 1) call.onSend?.(performance.now());
    const { status, text, retryAfterMs } = await this.#exchange(this.#urls[route.api] + path, {
      method: route.method,
      headers,
      ...(call.body !== undefined && { body: JSON.stringify(call.body) }),
    });
    if (status !== route.status) throw refusal(route, status, text, retryAfterMs);
    const parsed = route.response.safeParse(parseJson(text));
    if (parsed.success) return parsed.data as z.output<R['response']>;
    throw new ApiError('bad_answer', `${route.method} ${route.path}: ${parsed.error.message}`);
  }

  async #exchange(
    url: string,
    init: RequestInit,
  ): Promise<{ status: number; text: string; retryAfterMs?: number }> {
    try {
      const response = await fetch(url, { ...init, signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS) });
      const text = await response.text();
      const retryAfterS = Number(response.headers.get('retry-after') ?? Number.NaN);
      if (Number.isNaN(retryAfterS)) return { status: response.status, text };
      return { status: response.status, text, retryAfterMs: retryAfterS * 1000 };
    } catch (cause) {
      if (this.#stopping.aborted) throw new ApiError('stopped', url, { cause });
      const timedOut = cause instanceof DOMException && cause.name === 'TimeoutError';
      throw new ApiError(timedOut ? 'timeout' : 'network', url, { cause });
    }
  }

  async #pause(ms: number): Promise<void> {
    try {
      await sleep(ms, undefined, { signal: this.#stopping });
    } catch (cause) {
      throw new ApiError('stopped', 'while waiting to retry', { cause });
    }
  }
}

/** Lifetime of the requested tokens: one day of wall time, longer than any run. */
const TOKEN_TTL_S = 86_400;

/** Gets the tokens of simulated riders and drivers from the development issuer. */
export class TokenDesk {
  readonly #issuerApi: ApiClient;

  constructor(issuerApi: ApiClient) {
    this.#issuerApi = issuerApi;
  }

  /** @throws ApiError */
  async issue(role: 'rider' | 'driver', subject: string): Promise<string> {
    const { token } = await this.#issuerApi.call(postToken, { body: { role, subject, ttl_s: TOKEN_TTL_S } });
    return token;
  }
}

function refusal(route: HttpRoute, status: number, text: string, retryAfterMs: number | undefined): ApiError {
  const parsed = problem.safeParse(parseJson(text));
  const where = `${route.method} ${route.path} answered ${status}`;
  if (!parsed.success) return new ApiError('bad_answer', where, { status, retryAfterMs });
  return new ApiError(parsed.data.code, `${where} ${parsed.data.detail ?? ''}`, { status, retryAfterMs });
}

/** Parses a text as JSON. Returns undefined, which no schema accepts, for a text that is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
