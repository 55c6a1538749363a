import { z } from 'zod';
import { baseConfig, serviceArea, tokenConfig } from '#libs/service';

/** Trips end outside the area now and then, and drivers wait just beyond its edge. */
const DEFAULT_SERVICE_AREA_MARGIN_M = 2_000;

export const driverApiConfig = baseConfig.extend({
  ...tokenConfig,
  serviceArea,
  serviceAreaMarginM: z.coerce.number().min(0).max(100_000).default(DEFAULT_SERVICE_AREA_MARGIN_M),
});
export type DriverApiConfig = z.infer<typeof driverApiConfig>;
