import { z } from 'zod';
import type { Point } from '#libs/geo';
import { engineAnswer, type EngineAnswer } from './engine-answer.ts';
import { EngineRefusal, type RefusalReason } from './engine-refusal.ts';
import { requireShape } from './matrix-source.ts';
import { decodePolyline } from './polyline.ts';
import type { RoutingEngine } from './route-source.ts';

/** How many places one matrix request names: Valhalla's default limit is 2,500 pairs, fifty places of each kind. */
const MAX_PLACES_PER_MATRIX = 100;

const METERS_PER_KM = 1_000;

const matrixAnswer = z.object({
  sources_to_targets: z.array(z.array(z.object({ time: z.number().min(0).nullable() }).nullable())),
});

const routeAnswer = z.object({
  trip: z.object({
    summary: z.object({ length: z.number().min(0), time: z.number().min(0) }),
    legs: z.array(z.object({ shape: z.string() })),
  }),
});

const refusalAnswer = z.object({ error_code: z.int(), error: z.string().default('') });

/** A success whose route has a status of its own: 0 is a route, any other one an error code. */
const routeStatus = z.object({
  trip: z.object({ status: z.int(), status_message: z.string().default('') }),
});

/**
 * Valhalla's error codes that are about the places of a request, each sent with status 400, by some proxies with 200 (its API documentation,
 * "Internal error codes and conditions", and `src/exceptions.cc`). A matrix of which no pair has a route is refused with
 * 442; one of which some pairs have a route has null for the others.
 */
const REFUSALS: Partial<Record<number, RefusalReason>> = {
  // Exceeded max locations
  150: 'too_large',
  // Path distance exceeds the max distance limit
  154: 'too_far',
  // Locations are in unconnected regions
  170: 'no_route',
  // No suitable edges near location
  171: 'place',
  // Exceeded max iterations in CostMatrix
  430: 'too_large',
  // Location is unreachable
  441: 'no_route',
  // No path could be found for input
  442: 'no_route',
};

/**
 * Valhalla's matrix service (`POST /sources_to_targets`) and its route service (`POST /route`).
 *
 * @param url of the service, such as `http://valhalla:8002`
 * @param costing such as `auto`
 */
export function valhallaSource(url: string, costing: string): RoutingEngine {
  const ask = async (service: string, body: object, signal: AbortSignal) =>
    successOf(
      await engineAnswer(new URL(service, url.endsWith('/') ? url : `${url}/`), {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
        signal,
      }),
    );
  return {
    maxPlaces: MAX_PLACES_PER_MATRIX,
    secondsBetween: async (origins, pickups, signal) => {
      const question = { sources: origins.map(toLatLon), targets: pickups.map(toLatLon), costing };
      const answer = await ask('sources_to_targets', question, signal);
      const { sources_to_targets } = matrixAnswer.parse(answer);
      const rows = sources_to_targets.map((row) => row.map((pair) => pair?.time ?? null));
      requireShape(rows, origins, pickups);
      return rows;
    },
    routeBetween: async (from, to, signal) => {
      const locations = [from, to].map(toLatLon);
      const question = { locations, costing, units: 'kilometers', directions_type: 'none' };
      const { trip } = routeAnswer.parse(await ask('route', question, signal));
      return {
        distanceM: trip.summary.length * METERS_PER_KM,
        seconds: trip.summary.time,
        line: trip.legs.flatMap(({ shape }) => decodePolyline(shape)),
      };
    },
  };
}

/** The body of a success. Throws an {@link EngineRefusal} or an error for any other answer. */
function successOf({ status, body }: EngineAnswer): unknown {
  const error = errorOf(body);
  if (status === 200 && error === undefined) return body;
  const reason = (status === 200 || status === 400) && error !== undefined ? REFUSALS[error.code] : undefined;
  if (error === undefined || reason === undefined)
    throw new Error(`valhalla answered ${status} (${error?.code ?? 'no known code'})`);
  throw new EngineRefusal(reason, error.message);
}

/** The error that the body tells; undefined if none. */
function errorOf(body: unknown): { code: number; message: string } | undefined {
  const refusal = refusalAnswer.safeParse(body).data;
  if (refusal !== undefined) return { code: refusal.error_code, message: refusal.error };
  const trip = routeStatus.safeParse(body).data?.trip;
  return trip === undefined || trip.status === 0
    ? undefined
    : { code: trip.status, message: trip.status_message };
}

function toLatLon({ lat, lng }: Point): { lat: number; lon: number } {
  return { lat, lon: lng };
}
