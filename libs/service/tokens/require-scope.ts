import type { FastifyRequest } from 'fastify';
import { HailgridError, HTTP_ROUTES, routerPath, type Scope } from '#libs/contracts';
import type { Caller } from './callers.ts';

const SCOPES: ReadonlyMap<string, Scope> = new Map(
  HTTP_ROUTES.flatMap((route) =>
    route.scope === undefined ? [] : [[`${route.method} ${routerPath(route)}`, route.scope] as const],
  ),
);

/** Throws `insufficient_scope` unless the token has the scope of the route. An operator's route without one is for nobody. */
export function requireScope({ role, scopes }: Caller, { method, routeOptions }: FastifyRequest): void {
  if (role !== 'operator') return;
  const needed = SCOPES.get(`${method === 'HEAD' ? 'GET' : method} ${routeOptions.url ?? ''}`);
  if (needed !== undefined && scopes.includes(needed)) return;
  throw new HailgridError(
    'insufficient_scope',
    `a token of scopes ${scopes.join(' ') || '(none)'} where ${needed ?? 'another one'} is needed`,
    needed === undefined ? {} : { detail: `the scope ${needed} is needed` },
  );
}
