import { z } from 'zod';
import {
  DEFAULT_ENGINE_PARAMS,
  DEFAULT_ROUND_PARAMS,
  MAX_CANDIDATES_PER_TRIP,
  MAX_SEARCH_RADIUS_M,
} from '#libs/dispatch';
import { baseConfig } from '#libs/service';
import { travelTimeConfig } from '#libs/travel-time';

/** A round at least this often, so that nobody waits for a driver who is there. */
const MAX_ROUND_INTERVAL_MS = 2_000;
const MIN_ROUND_INTERVAL_MS = 50;

export const matcherConfig = baseConfig.extend({
  roundIntervalMs: z.coerce
    .number()
    .int()
    .min(MIN_ROUND_INTERVAL_MS)
    .max(MAX_ROUND_INTERVAL_MS)
    .default(1_000),
  pickupRadiusM: z.coerce
    .number()
    .positive()
    .max(MAX_SEARCH_RADIUS_M)
    .default(DEFAULT_ROUND_PARAMS.pickupRadiusM),
  candidatesPerTrip: z.coerce
    .number()
    .int()
    .min(1)
    .max(MAX_CANDIDATES_PER_TRIP)
    .default(DEFAULT_ROUND_PARAMS.candidatesPerTrip),
  maxPickupEtaS: z.coerce.number().positive().default(DEFAULT_ROUND_PARAMS.maxPickupEtaS),
  /** So often a trip's driver is changed for a nearer one; 0: who has accepted is left alone. */
  maxSwapsPerTrip: z.coerce
    .number()
    .int()
    .min(0)
    .max(1_000)
    .default(DEFAULT_ENGINE_PARAMS.match.maxSwapsPerTrip),
  /** Drivers whose ride ends within that are candidates; 0: nobody is asked with a rider on board. */
  chainHorizonS: z.coerce.number().min(0).max(3_600).default(DEFAULT_ENGINE_PARAMS.chainHorizonS),
  /** Between hints to idle drivers; 0: none are sent. */
  repositionIntervalMs: z.coerce.number().int().min(0).max(600_000).default(10_000),
  ...travelTimeConfig,
});
export type MatcherConfig = z.infer<typeof matcherConfig>;
