import { z } from 'zod';
import type { Point } from '#libs/geo';
import { requireShape, type MatrixSource } from './matrix-source.ts';

/** How many places one table request names: the default of `osrm-routed --max-table-size`. */
const MAX_PLACES_PER_TABLE = 100;
/** How many decimals a sent coordinate has: a tenth of a metre. */
const COORDINATE_DIGITS = 6;

const tableAnswer = z.object({
  code: z.literal('Ok'),
  durations: z.array(z.array(z.number().min(0).nullable())),
});

/**
 * OSRM's table service (`GET /table/v1/{profile}/…`, annotation `duration`).
 *
 * @param url of osrm-routed, such as `http://osrm:5000`
 */
export function osrmSource(url: string, profile: string): MatrixSource {
  return {
    maxPlaces: MAX_PLACES_PER_TABLE,
    secondsBetween: async (origins, pickups, signal) => {
      const response = await fetch(tableUrl(url, profile, origins, pickups), { signal });
      if (!response.ok) throw new Error(`osrm answered ${response.status}`);
      const { durations } = tableAnswer.parse(await response.json());
      requireShape(durations, origins, pickups);
      return durations;
    },
  };
}

function tableUrl(url: string, profile: string, origins: readonly Point[], pickups: readonly Point[]): URL {
  const places = [...origins, ...pickups].map(
    ({ lat, lng }) => `${lng.toFixed(COORDINATE_DIGITS)},${lat.toFixed(COORDINATE_DIGITS)}`,
  );
  const table = new URL(`table/v1/${profile}/${places.join(';')}`, url.endsWith('/') ? url : `${url}/`);
  table.searchParams.set('sources', [...origins.keys()].join(';'));
  table.searchParams.set('destinations', [...pickups.keys()].map((n) => n + origins.length).join(';'));
  table.searchParams.set('annotations', 'duration');
  return table;
}
