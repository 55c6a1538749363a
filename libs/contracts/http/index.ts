import * as attention from './attention.ts';
import * as drivers from './drivers.ts';
import * as health from './health.ts';
import * as issuer from './issuer.ts';
import * as operatorActs from './operator-acts.ts';
import * as operator from './operator.ts';
import * as quotes from './quotes.ts';
import * as riderTrips from './rider-trips.ts';
import type { HttpRoute } from './route.ts';
import * as signIn from './sign-in.ts';
import * as suspicions from './suspicions.ts';
import * as streams from './streams.ts';
import * as tripTrace from './trip-trace.ts';
import * as webhooks from './webhooks.ts';

export * from './attention.ts';
export * from './city-control.ts';
export * from './drivers.ts';
export * from './health.ts';
export * from './issuer.ts';
export * from './operator-acts.ts';
export * from './operator.ts';
export * from './quotes.ts';
export * from './rider-trips.ts';
export * from './route.ts';
export * from './sign-in.ts';
export * from './streams.ts';
export * from './suspicions.ts';
export * from './trip-trace.ts';
export * from './webhooks.ts';

const modules: readonly object[] = [
  quotes,
  riderTrips,
  drivers,
  streams,
  operator,
  operatorActs,
  tripTrace,
  attention,
  health,
  suspicions,
  webhooks,
  issuer,
  signIn,
];

/** Every route of the system; the OpenAPI documents are made from this list. */
export const HTTP_ROUTES: readonly HttpRoute[] = modules.flatMap((module) =>
  Object.values(module).filter(isRoute),
);

function isRoute(value: unknown): value is HttpRoute {
  return (
    typeof value === 'object' && value !== null && 'api' in value && 'path' in value && 'method' in value
  );
}
