import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { HTTP_ROUTES, routerPath, type CallBudget } from '#libs/contracts';
import { rateLimitHeaders, type CallLimits, type Standing } from './call-limits.ts';

/** Probes of load balancers are never refused: they would take a busy process for a dead one. */
const PROBES: ReadonlySet<string> = new Set(['/health/live', '/health/ready']);

const BUDGETS: ReadonlyMap<string, CallBudget> = new Map(
  HTTP_ROUTES.flatMap((route) =>
    'budget' in route ? [[`${route.method} ${routerPath(route)}`, route.budget] as const] : [],
  ),
);

const standings = new WeakMap<FastifyRequest, Standing>();

export function isProbe(request: FastifyRequest): boolean {
  return PROBES.has(request.routeOptions.url ?? '');
}

/** Counts every request by its address, before anything else of it is looked at. */
export function limitAddresses(http: FastifyInstance, limits: CallLimits): void {
  http.addHook('onRequest', async (request, reply) => {
    if (isProbe(request)) return;
    const standing = await limits.admitAddress(request.ip);
    standings.set(request, standing);
    void reply.headers(rateLimitHeaders([standing]));
  });
}

/** Counts a request by its verified caller, and in the budget of its route if that has one. */
export async function limitCaller(
  limits: CallLimits,
  callerId: string,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const counted: Standing[] = [];
  const ofAddress = standings.get(request);
  if (ofAddress !== undefined) counted.push(ofAddress);
  counted.push(await limits.take('caller', callerId));
  const budget = BUDGETS.get(`${request.method} ${request.routeOptions.url ?? ''}`);
  if (budget !== undefined) counted.push(await limits.take(budget, callerId));
  void reply.headers(rateLimitHeaders(counted));
}
