import { z } from 'zod';
import { DEFAULT_ROUND_PARAMS, MAX_CANDIDATES_PER_TRIP, MAX_SEARCH_RADIUS_M } from '#libs/dispatch';
import { DEFAULT_DETOUR_FACTOR } from '#libs/geo';
import { baseConfig } from '#libs/service';

/** A round at least this often, so that nobody waits for a driver who is there. */
const MAX_ROUND_INTERVAL_MS = 2_000;
const MIN_ROUND_INTERVAL_MS = 50;

/** City traffic with its lights and corners; what a street graph will know better. */
const DEFAULT_DRIVING_SPEED_MPS = 7;

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
  /** Street distance over the way by air. */
  detourFactor: z.coerce.number().min(1).max(10).default(DEFAULT_DETOUR_FACTOR),
  drivingSpeedMps: z.coerce.number().positive().max(70).default(DEFAULT_DRIVING_SPEED_MPS),
});
export type MatcherConfig = z.infer<typeof matcherConfig>;

/** Injection token of the {@link MatcherConfig}. */
export const MATCHER_CONFIG = Symbol('hailgrid.matcher.config');
