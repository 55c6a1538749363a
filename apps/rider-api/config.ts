import { z } from 'zod';
import { baseConfig, serviceArea, tokenConfig } from '#libs/service';
import { travelTimeConfig } from '#libs/travel-time';
import { TARIFF_CURRENCIES } from './quotes/tariffs.ts';

/** How long a price holds by default. */
const DEFAULT_QUOTE_TTL_MS = 120_000;

/** How long a push that NATS lost may stay unnoticed by default. */
const DEFAULT_LOST_PUSH_CHECK_MS = 30_000;

/** How long a completed ride may teach nothing by default: traffic jams take minutes to form. */
const DEFAULT_RIDE_TIMES_INTERVAL_MS = 30_000;

export const riderApiConfig = baseConfig.extend({
  ...tokenConfig,
  serviceArea,
  quoteTtlMs: z.coerce
    .number()
    .int()
    .min(1_000)
    .default(DEFAULT_QUOTE_TTL_MS)
    .describe('how long a price holds'),
  currency: z
    .string()
    .default(TARIFF_CURRENCIES[0])
    .refine((code) => (TARIFF_CURRENCIES as readonly string[]).includes(code), {
      error: ({ input }) => `there is no tariff in ${String(input)}, only in ${TARIFF_CURRENCIES.join(', ')}`,
    })
    .describe('ISO 4217 code of the currency of all fares; there must be a tariff in it'),
  lostPushCheckMs: z.coerce
    .number()
    .int()
    .min(100)
    .default(DEFAULT_LOST_PUSH_CHECK_MS)
    .describe('how long a push that NATS lost may stay unnoticed'),
  rideTimesIntervalMs: z.coerce
    .number()
    .int()
    .min(100)
    .default(DEFAULT_RIDE_TIMES_INTERVAL_MS)
    .describe('how often ride times are learned from the rides completed meanwhile'),
  fareTime: z
    .enum(['told', 'street'])
    .default('told')
    .describe(
      'the time a fare is for: told, the one the rider is told; street, without what completed rides taught',
    ),
  ...travelTimeConfig,
});
export type RiderApiConfig = z.infer<typeof riderApiConfig>;
