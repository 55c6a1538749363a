import type { IncomingMessage } from 'node:http';
import rateLimit from '@fastify/rate-limit';
import { all as forwardedFor, compile } from '@fastify/proxy-addr';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { HailgridError, type CallBudget } from '#libs/contracts';
import type { Metrics } from '../metrics.ts';
import type { EdgeConfig } from './edge-config.ts';

/** Injection token of the {@link CallLimits} of the process. */
export const CALL_LIMITS = Symbol('hailgrid.call-limits');

/** How long a limit counts before it starts again at 0. */
const WINDOW_MS = 60_000;
/** How many addresses or callers a limit remembers; the one that has not called for longest is forgotten first. */
const MAX_TRACKED_KEYS = 50_000;

/** What is counted: requests and refused credentials of an address, requests of a caller, and some of those again. */
export type Limit = 'address' | 'refusals' | 'caller' | CallBudget;

/** Where a caller stands after a call, as in draft-ietf-httpapi-ratelimit-headers. */
export interface Standing {
  limit: Limit;
  quota: number;
  remaining: number;
  resetS: number;
}

type Count = ReturnType<FastifyInstance['createRateLimit']>;

/**
 * Limits calls by address, before a token is checked, and by caller, after it. Counts in this process only: with several
 * instances a caller may have as many times the quota.
 */
export class CallLimits {
  readonly #counts: Readonly<Record<Limit, Count>>;
  readonly #isTrusted: (address: string, hop: number) => boolean;
  readonly #exceeded: (limit: Limit) => void;

  private constructor(http: FastifyInstance, config: EdgeConfig, metrics: Metrics) {
    const counting = (max: number): Count => http.createRateLimit({ max, timeWindow: WINDOW_MS });
    this.#counts = {
      address: counting(config.addressRequestsPerMin),
      refusals: counting(config.addressRefusalsPerMin),
      caller: counting(config.callerRequestsPerMin),
      quotes: counting(config.callerQuotesPerMin),
      cancels: counting(config.callerCancelsPerMin),
      tickets: counting(config.callerTicketsPerMin),
    };
    this.#isTrusted = compile(config.trustedProxies ?? []);
    const counter = metrics.counter('calls_limited_total', 'Calls refused with 429, by limit', ['limit']);
    this.#exceeded = (limit) => counter.inc({ limit });
  }

  static async of(http: FastifyInstance, config: EdgeConfig, metrics: Metrics): Promise<CallLimits> {
    await http.register(rateLimit, { global: false, cache: MAX_TRACKED_KEYS });
    return new CallLimits(http, config, metrics);
  }

  /** The caller's address: the peer's, or what trusted proxies say. The same as Fastify's `request.ip`. */
  addressOf(request: IncomingMessage): string {
    return forwardedFor(request, this.#isTrusted).at(-1) ?? '';
  }

  isTrustedProxy(address: string): boolean {
    return this.#isTrusted(address, 0);
  }

  /** Counts a call. Throws `rate_limited` once the limit is exceeded. */
  take(limit: Limit, key: string): Promise<Standing> {
    return this.#stand(limit, key, true);
  }

  /** Counts a call of an address whose credentials are not checked yet. */
  async admitAddress(address: string): Promise<Standing> {
    const standing = await this.take('address', address);
    await this.#stand('refusals', address, false);
    return standing;
  }

  /** Notes that credentials from this address were refused. */
  async refused(address: string): Promise<void> {
    await this.#counts.refusals(keyed(address));
  }

  async #stand(limit: Limit, key: string, increment: boolean): Promise<Standing> {
    const count = await this.#counts[limit](keyed(key), { increment });
    if (count.isAllowed) throw new Error('there is no list of callers without limits');
    const resetS = Math.max(1, count.ttlInSeconds);
    if (increment ? count.isExceeded : count.remaining === 0) {
      this.#exceeded(limit);
      throw new HailgridError('rate_limited', `${limit}: more than ${count.max} a minute`, {
        retryAfterS: resetS,
      });
    }
    return { limit, quota: count.max, remaining: count.remaining, resetS };
  }
}

/** The plugin counts by `request.ip`, IPv6 addresses by their network of 64 bits. It reads nothing else of a request. */
function keyed(key: string): FastifyRequest {
  return { ip: key, routeOptions: {} } as FastifyRequest;
}

/** The response headers `RateLimit` and `RateLimit-Policy`. */
export function rateLimitHeaders(standings: readonly Standing[]): Record<string, string> {
  const windowS = WINDOW_MS / 1000;
  return {
    'ratelimit-policy': standings.map(({ limit, quota }) => `"${limit}";q=${quota};w=${windowS}`).join(', '),
    ratelimit: standings
      .map(({ limit, remaining, resetS }) => `"${limit}";r=${remaining};t=${resetS}`)
      .join(', '),
  };
}
