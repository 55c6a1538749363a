import { z } from 'zod';
import {
  checkRoundParams,
  DEFAULT_ENGINE_PARAMS,
  DEFAULT_ROUND_PARAMS,
  DispatchEngine,
  MAX_CANDIDATES_PER_TRIP,
  MAX_SEARCH_RADIUS_M,
  type RoundParams,
} from '#libs/dispatch';
import { DEFAULT_PICKUP_CUT_OFF_S } from '#libs/geo';
import { baseConfig } from '#libs/service';
import { travelTimeConfig } from '#libs/travel-time';

/** How long a rider waits at most for an available driver: the longest time between rounds. */
const MAX_ROUND_INTERVAL_MS = 2_000;
/** How short the time between rounds may be: a round has to end before the next one. */
const MIN_ROUND_INTERVAL_MS = 50;

export const matcherConfig = baseConfig.extend({
  roundIntervalMs: z.coerce
    .number()
    .int()
    .min(MIN_ROUND_INTERVAL_MS)
    .max(MAX_ROUND_INTERVAL_MS)
    .default(1_000)
    .describe('time between matching rounds'),
  pickupRadiusM: z.coerce
    .number()
    .positive()
    .max(MAX_SEARCH_RADIUS_M)
    .default(DEFAULT_ROUND_PARAMS.pickupRadiusM)
    .describe(
      'largest straight-line distance of a candidate driver in metres; also the width of the halo around the shards',
    ),
  candidatesPerTrip: z.coerce
    .number()
    .int()
    .min(1)
    .max(MAX_CANDIDATES_PER_TRIP)
    .default(DEFAULT_ROUND_PARAMS.candidatesPerTrip)
    .describe('nearest drivers considered for a trip'),
  maxPickupEtaS: z.coerce
    .number()
    .positive()
    .max(DEFAULT_PICKUP_CUT_OFF_S, 'travel times to pickups are searched up to 30 minutes')
    .default(DEFAULT_ROUND_PARAMS.maxPickupEtaS)
    .describe('longest drive to a pickup that a quote gives as its ETA, in seconds'),
  maxWaitS: z.coerce
    .number()
    .int()
    .min(60)
    .max(7_200)
    .default(DEFAULT_ENGINE_PARAMS.match.maxWaitS)
    .describe(
      'longest wait from request to pickup that a match may promise, in seconds; a rider who waits longer comes first',
    ),
  maxSwapsPerTrip: z.coerce
    .number()
    .int()
    .min(0)
    .max(1_000)
    .default(DEFAULT_ENGINE_PARAMS.match.maxSwapsPerTrip)
    .describe('how often the driver of a trip may be replaced by a nearer one; 0: never'),
  chainHorizonS: z.coerce
    .number()
    .min(0)
    .max(3_600)
    .default(DEFAULT_ENGINE_PARAMS.chainHorizonS)
    .describe(
      'drivers whose ride ends within that many seconds are candidates; 0: no driver with a rider on board',
    ),
  repositionIntervalMs: z.coerce
    .number()
    .int()
    .min(0)
    .max(600_000)
    .default(10_000)
    .describe('time between repositioning hints to idle drivers; 0: no hints'),
  ...travelTimeConfig,
});
export type MatcherConfig = z.infer<typeof matcherConfig>;

/** Injection token of the `RoundParams` that rounds and quotes use. */
export const ROUND_PARAMS = Symbol('hailgrid.matcher.round-params');

/** Throws a RangeError for values that make no sense, before anything starts with them. */
export function roundParamsOf(config: MatcherConfig): RoundParams {
  const { candidatesPerTrip, pickupRadiusM, maxPickupEtaS } = config;
  const params = { candidatesPerTrip, pickupRadiusM, maxPickupEtaS };
  checkRoundParams(params);
  return params;
}

export function engineOf(config: MatcherConfig): DispatchEngine {
  const { candidatesPerTrip, pickupRadiusM, maxWaitS, maxSwapsPerTrip, chainHorizonS } = config;
  const { match } = DEFAULT_ENGINE_PARAMS;
  return new DispatchEngine({
    ...DEFAULT_ENGINE_PARAMS,
    chainHorizonS,
    match: { ...match, candidatesPerTrip, pickupRadiusM, maxWaitS, maxSwapsPerTrip },
  });
}
