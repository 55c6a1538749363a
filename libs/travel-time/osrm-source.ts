import { z } from 'zod';
import type { Point } from '#libs/geo';
import { engineAnswer, type EngineAnswer } from './engine-answer.ts';
import { EngineRefusal, type RefusalReason } from './engine-refusal.ts';
import { requireShape, type MatrixSource } from './matrix-source.ts';

/** How many places one table request names: the default of `osrm-routed --max-table-size`. */
const MAX_PLACES_PER_TABLE = 100;
/** How many decimals a sent coordinate has: a tenth of a metre. */
const COORDINATE_DIGITS = 6;

const tableAnswer = z.object({
  code: z.literal('Ok'),
  durations: z.array(z.array(z.number().min(0).nullable())),
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
 * OSRM's table service (`GET /table/v1/{profile}/…`, annotation `duration`).
 *
 * @param url of osrm-routed, such as `http://osrm:5000`
 */
export function osrmSource(url: string, profile: string): MatrixSource {
  return {
    maxPlaces: MAX_PLACES_PER_TABLE,
    secondsBetween: async (origins, pickups, signal) => {
      const answer = await engineAnswer(tableUrl(url, profile, origins, pickups), { signal });
      const { durations } = tableAnswer.parse(successOf(answer));
      requireShape(durations, origins, pickups);
      return durations;
    },
  };
}

/** The body of a success. Throws an {@link EngineRefusal} or an error for any other answer. */
function successOf({ status, body }: EngineAnswer): unknown {
  if (status === 200) return body;
  const { data } = refusalAnswer.safeParse(body);
  const reason = status === 400 && data !== undefined ? REFUSALS[data.code] : undefined;
  if (data === undefined || reason === undefined)
    throw new Error(`osrm answered ${status} (${data?.code ?? 'no known code'})`);
  // "Could not find a matching segment for coordinate 3"
  const place = /coordinate (\d+)/.exec(data.message)?.[1];
  throw new EngineRefusal(reason, data.message, place === undefined ? undefined : Number(place));
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
