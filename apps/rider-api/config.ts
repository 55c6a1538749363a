import { z } from 'zod';
import { baseConfig, serviceArea, tokenConfig } from '#libs/service';
import { travelTimeConfig } from '#libs/travel-time';

const DEFAULT_QUOTE_TTL_MS = 120_000;

export const riderApiConfig = baseConfig.extend({
  ...tokenConfig,
  serviceArea,
  quoteTtlMs: z.coerce.number().int().min(1_000).default(DEFAULT_QUOTE_TTL_MS),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/)
    .default('USD'),
  ...travelTimeConfig,
});
export type RiderApiConfig = z.infer<typeof riderApiConfig>;

/** Injection token of the {@link RiderApiConfig}. */
export const RIDER_API_CONFIG = Symbol('hailgrid.rider-api.config');
