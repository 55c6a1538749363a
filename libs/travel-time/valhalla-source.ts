import { z } from 'zod';
import type { Point } from '#libs/geo';
import { engineAnswer, type EngineAnswer } from './engine-answer.ts';
import { EngineRefusal, type RefusalReason } from './engine-refusal.ts';
import { requireShape, type MatrixSource } from './matrix-source.ts';

/** How many places one matrix request names: Valhalla's default limit is 2,500 pairs, fifty places of each kind. */
const MAX_PLACES_PER_MATRIX = 100;

const matrixAnswer = z.object({
  sources_to_targets: z.array(z.array(z.object({ time: z.number().min(0).nullable() }))),
});

const refusalAnswer = z.object({ error_code: z.int(), error: z.string().default('') });

/** Valhalla's error codes that are about the places of a request (its API documentation, "Return codes"). */
const REFUSALS: Partial<Record<number, RefusalReason>> = {
  // Exceeded max locations
  150: 'too_large',
  // Path distance exceeds the max distance limit
  154: 'too_far',
  // Locations are in unconnected regions
  170: 'no_route',
  // No suitable edges near location
  171: 'place',
  // No path could be found for input
  442: 'no_route',
};

/**
 * Valhalla's matrix service (`POST /sources_to_targets`).
 *
 * @param url of the service, such as `http://valhalla:8002`
 * @param costing such as `auto`
 */
export function valhallaSource(url: string, costing: string): MatrixSource {
  const matrix = new URL('sources_to_targets', url.endsWith('/') ? url : `${url}/`);
  return {
    maxPlaces: MAX_PLACES_PER_MATRIX,
    secondsBetween: async (origins, pickups, signal) => {
      const answer = await engineAnswer(matrix, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ sources: origins.map(toLatLon), targets: pickups.map(toLatLon), costing }),
        signal,
      });
      const { sources_to_targets } = matrixAnswer.parse(successOf(answer));
      const rows = sources_to_targets.map((row) => row.map(({ time }) => time));
      requireShape(rows, origins, pickups);
      return rows;
    },
  };
}

/** The body of a success. Throws an {@link EngineRefusal} or an error for any other answer. */
function successOf({ status, body }: EngineAnswer): unknown {
  if (status === 200) return body;
  const { data } = refusalAnswer.safeParse(body);
  const reason = status === 400 && data !== undefined ? REFUSALS[data.error_code] : undefined;
  if (data === undefined || reason === undefined)
    throw new Error(`valhalla answered ${status} (${data?.error_code ?? 'no known code'})`);
  throw new EngineRefusal(reason, data.error);
}

function toLatLon({ lat, lng }: Point): { lat: number; lon: number } {
  return { lat, lon: lng };
}
