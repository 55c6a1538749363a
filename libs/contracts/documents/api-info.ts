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

export function apiInfo(api: ApiName) {
  return {
    title: TITLES[api],
    version: API_VERSION,
    license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
  };
}
