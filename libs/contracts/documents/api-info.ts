import type { HttpRoute } from '../http/route.ts';

export type ApiName = HttpRoute['api'];

/** Version of the API documents. */
const API_VERSION = '0.1.0';

const TITLES: Readonly<Record<ApiName, string>> = {
  rider: 'Hailgrid rider API',
  driver: 'Hailgrid driver API',
  trips: 'Hailgrid operator API',
  issuer: 'Hailgrid development token issuer',
};

export function apiTitle(api: ApiName): string {
  return TITLES[api];
}

const DESCRIPTIONS: Readonly<Record<ApiName, string>> = {
  rider: 'For the apps of riders: quotes, trips, and a WebSocket that tells each change of a trip.',
  driver: 'For the apps of drivers: going online, positions, offers, and the steps of a ride.',
  trips: 'For operators and their tools: trips, drivers, matchers, what needs attention, and webhooks.',
  issuer: 'Issues tokens for development. It refuses to run in production mode.',
};

const GROWTH =
  'Within `/v1` the API only grows. Ignore members that you do not know, and expect further values of each ' +
  '`x-extensible-enum`. A request with a member that is not documented is refused with `invalid_request`, unless its ' +
  'operation says otherwise.';

export function apiInfo(api: ApiName) {
  return {
    title: TITLES[api],
    version: API_VERSION,
    description: `${DESCRIPTIONS[api]}\n\n${GROWTH}`,
    contact: { name: 'The operator of this Hailgrid' },
    license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
  };
}
