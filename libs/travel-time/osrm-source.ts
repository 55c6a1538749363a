import { z } from 'zod';
import type { Point } from '#libs/geo';
import { engineAnswer, type EngineAnswer } from './engine-answer.ts';
import { EngineRefusal, type RefusalReason } from './engine-refusal.ts';
import { requireShape } from './matrix-source.ts';
import type { RoutingEngine } from './route-source.ts';

/** How many places one table request names: the default of `osrm-routed --max-table-size`. */
const MAX_PLACES_PER_TABLE = 100;
/** How many decimals a sent coordinate has: a tenth of a metre. */
const COORDINATE_DIGITS = 6;

const tableAnswer = z.object({
  code: z.literal('Ok'),
  durations: z.array(z.array(z.number().min(0).nullable())),
});

const routeAnswer = z.object({
  code: z.literal('Ok'),
  routes: z.tuple(
    [
      z.object({
        distance: z.number().min(0),
        duration: z.number().min(0),
        geometry: z.object({ coordinates: z.array(z.tuple([z.number(), z.number()])) }),
      }),
    ],
    z.unknown(),
  ),
});

const refusalAnswer = z.object({ code: z.string(), message: z.string().default('') });

/** OSRM's error codes that are about the places of a request (its HTTP documentation, "Responses"). */
const REFUSALS: Partial<Record<string, RefusalReason>> = {
  NoSegment: 'place',
  NoRoute: 'no_route',
  NoTable: 'no_route',
  TooBig: 'too_large',
};

/**
 * OSRM's table service (`GET /table/v1/{profile}/…`, annotation `duration`) and its route service.
 *
 * @param base of osrm-routed, such as `http://osrm:5000`
 */
export function osrmSource(base: string, profile: string): RoutingEngine {
  return {
    maxPlaces: MAX_PLACES_PER_TABLE,
    secondsBetween: async (origins, pickups, signal) => {
      const answer = await engineAnswer(tableUrl(base, profile, origins, pickups), { signal });
      const { durations } = tableAnswer.parse(successOf(answer));
      requireShape(durations, origins, pickups);
      return durations;
    },
    routeBetween: async (from, to, signal) => {
      const url = serviceUrl(base, 'route', profile, [from, to]);
      url.search = String(new URLSearchParams({ overview: 'simplified', geometries: 'geojson' }));
      const [route] = routeAnswer.parse(successOf(await engineAnswer(url, { signal }))).routes;
      const line = route.geometry.coordinates.map(([lng, lat]) => ({ lat, lng }));
      return { distanceM: route.distance, seconds: route.duration, line };
    },
  };
}

/**
 * The body of a success. Throws an {@link EngineRefusal} or an error for any other answer. The code counts, not the
 * status alone: osrm-routed refuses with 400, some proxies and bindings around libosrm with 200.
 */
function successOf({ status, body }: EngineAnswer): unknown {
  const { data } = refusalAnswer.safeParse(body);
  if (status === 200 && data?.code === 'Ok') return body;
  const reason = (status === 200 || status === 400) && data !== undefined ? REFUSALS[data.code] : undefined;
  if (data === undefined || reason === undefined)
    throw new Error(`osrm answered ${status} (${data?.code ?? 'no known code'})`);
  // "Could not find a matching segment for coordinate 3"
  const place = /coordinate (\d+)/.exec(data.message)?.[1];
  throw new EngineRefusal(reason, data.message, place === undefined ? undefined : Number(place));
}

function tableUrl(base: string, profile: string, origins: readonly Point[], pickups: readonly Point[]): URL {
  const table = serviceUrl(base, 'table', profile, [...origins, ...pickups]);
  table.searchParams.set('sources', [...origins.keys()].join(';'));
  table.searchParams.set('destinations', [...pickups.keys()].map((n) => n + origins.length).join(';'));
  table.searchParams.set('annotations', 'duration');
  return table;
}

function serviceUrl(base: string, service: string, profile: string, points: readonly Point[]): URL {
  const places = points.map(
    ({ lat, lng }) => `${lng.toFixed(COORDINATE_DIGITS)},${lat.toFixed(COORDINATE_DIGITS)}`,
  );
  return new URL(`${service}/v1/${profile}/${places.join(';')}`, base.endsWith('/') ? base : `${base}/`);
}
