import { z } from 'zod';
import type { Point } from '#libs/geo';
import { requireShape, type MatrixSource } from './matrix-source.ts';

/** How many places one matrix request names: Valhalla's default limit is 2,500 pairs, fifty places of each kind. */
const MAX_PLACES_PER_MATRIX = 100;

const matrixAnswer = z.object({
  sources_to_targets: z.array(z.array(z.object({ time: z.number().min(0).nullable() }))),
});

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
      const response = await fetch(matrix, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ sources: origins.map(toLatLon), targets: pickups.map(toLatLon), costing }),
        signal,
      });
      if (!response.ok) throw new Error(`valhalla answered ${response.status}`);
      const { sources_to_targets } = matrixAnswer.parse(await response.json());
      const rows = sources_to_targets.map((row) => row.map(({ time }) => time));
      requireShape(rows, origins, pickups);
      return rows;
    },
  };
}

function toLatLon({ lat, lng }: Point): { lat: number; lon: number } {
  return { lat, lon: lng };
}
