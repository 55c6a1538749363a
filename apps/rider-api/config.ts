import { z } from 'zod';
import { DEFAULT_DETOUR_FACTOR } from '#libs/geo';
import { baseConfig, serviceArea, tokenConfig } from '#libs/service';

const DEFAULT_QUOTE_TTL_MS = 120_000;
/** City traffic with its lights and corners; the matchers reckon with the same. */
const DEFAULT_DRIVING_SPEED_MPS = 7;

export const riderApiConfig = baseConfig.extend({
  ...tokenConfig,
  serviceArea,
  quoteTtlMs: z.coerce.number().int().min(1_000).default(DEFAULT_QUOTE_TTL_MS),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/)
    .default('USD'),
  /** Street distance over the way by air. */
  detourFactor: z.coerce.number().min(1).max(10).default(DEFAULT_DETOUR_FACTOR),
  drivingSpeedMps: z.coerce.number().positive().max(70).default(DEFAULT_DRIVING_SPEED_MPS),
});
export type RiderApiConfig = z.infer<typeof riderApiConfig>;

/** Injection token of the {@link RiderApiConfig}. */
export const RIDER_API_CONFIG = Symbol('hailgrid.rider-api.config');
