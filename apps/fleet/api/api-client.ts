import type { z } from 'zod';
import { postToken, type HttpRoute } from '#libs/contracts';
import { randomStream } from '#libs/random';
import { HailgridProblem, HttpClient, type HttpRequest } from '#sdk';
import { RequestSlots } from './request-slots.ts';

/** Concurrent requests per {@link ApiClient}; the rest wait in the fleet instead of in the service's socket queue. */
export const MAX_CONCURRENT_REQUESTS = 64;

export type ApiCall = Pick<HttpRequest, 'token' | 'params' | 'body' | 'idempotencyKey' | 'onSend'>;

/** One public REST API by the SDK, with a bound on concurrent requests; each answer must keep to its contract. */
export class ApiClient<Api extends HttpRoute['api']> {
  readonly #http: HttpClient;

  constructor(url: string, seed: number, caller: string, stopping: AbortSignal) {
    const slots = new RequestSlots(MAX_CONCURRENT_REQUESTS);
    const random = randomStream(seed, `retry-${caller}`);
    this.#http = new HttpClient({
      url,
      chance: () => random.fraction(),
      signal: stopping,
      admit: (attempt) => slots.run(attempt),
    });
  }

  /** @throws HailgridProblem with the service's code for a final error, or with the last error after the last attempt */
  async call<R extends HttpRoute & { api: Api }>(
    route: R,
    call: ApiCall = {},
  ): Promise<z.output<R['response']>> {
    const { method, path, status } = route;
    const answer = await this.#http.send({ ...call, method, path, status, isRepeatable: true });
    return contracted(route, answer);
  }
}

/** An answer as its contract has it. @throws HailgridProblem `bad_answer` if it breaks that */
export function contracted<R extends HttpRoute>(route: R, answer: unknown): z.output<R['response']> {
  const parsed = route.response.safeParse(answer);
  if (parsed.success) return parsed.data as z.output<R['response']>;
  throw new HailgridProblem('bad_answer', `${route.method} ${route.path}: ${parsed.error.message}`);
}

/** Lifetime of the requested tokens: one day of wall time, longer than any run. */
const TOKEN_TTL_S = 86_400;

/** Gets the tokens of simulated riders and drivers from the development issuer. */
export class TokenDesk {
  readonly #issuerApi: ApiClient<'issuer'>;

  constructor(issuerApi: ApiClient<'issuer'>) {
    this.#issuerApi = issuerApi;
  }

  /** @throws HailgridProblem */
  async issue(role: 'rider' | 'driver', subject: string): Promise<string> {
    const { token } = await this.#issuerApi.call(postToken, { body: { role, subject, ttl_s: TOKEN_TTL_S } });
    return token;
  }
}
