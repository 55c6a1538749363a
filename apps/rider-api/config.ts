import { z } from 'zod';
import { baseConfig, serviceArea, tokenConfig } from '#libs/service';
import { travelTimeConfig } from '#libs/travel-time';

const DEFAULT_QUOTE_TTL_MS = 120_000;

/** Pushes over NATS are hints; how long one that got lost may stay unnoticed. */
const DEFAULT_LOST_PUSH_CHECK_MS = 30_000;

export const riderApiConfig = baseConfig.extend({
  ...tokenConfig,
  serviceArea,
  quoteTtlMs: z.coerce.number().int().min(1_000).default(DEFAULT_QUOTE_TTL_MS),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/)
    .default('USD'),
  lostPushCheckMs: z.coerce.number().int().min(100).default(DEFAULT_LOST_PUSH_CHECK_MS),
  ...travelTimeConfig,
});
export type RiderApiConfig = z.infer<typeof riderApiConfig>;
