import { z } from 'zod';
import { baseConfig, serviceArea, tokenConfig } from '#libs/service';

/**
 * How far outside the service area a driver may be by default: some trips end outside it, and drivers wait beyond
 * its edge.
 */
const DEFAULT_SERVICE_AREA_MARGIN_M = 2_000;

export const driverApiConfig = baseConfig.extend({
  ...tokenConfig,
  serviceArea,
  serviceAreaMarginM: z.coerce
    .number()
    .min(0)
    .max(100_000)
    .default(DEFAULT_SERVICE_AREA_MARGIN_M)
    .describe('how far outside the service area a driver may be, in metres'),
});
export type DriverApiConfig = z.infer<typeof driverApiConfig>;
