import { z } from 'zod';
import { driverId } from './ids.ts';
import { point, timestamp } from './values.ts';

/** How many hints one message carries; more hints take several messages. */
export const MAX_HINTS_PER_MESSAGE = 500;

/** Where an idle driver should expect demand. Drivers are free to ignore it. */
export const repositionHint = z
  .object({
    to: point,
    drive_s: z.number().min(0).meta({ description: 'estimated drive time' }),
    expires_at: timestamp.meta({ description: 'the hint is void from then on' }),
  })
  .meta({ id: 'RepositionHint' });
export type RepositionHint = z.infer<typeof repositionHint>;

/** From a matcher to all driver-apis; the one that serves a driver forwards its hint. Lost hints are not resent. */
export const driverHints = z.object({
  hints: z.array(repositionHint.extend({ driver_id: driverId })).max(MAX_HINTS_PER_MESSAGE),
});
export type DriverHints = z.infer<typeof driverHints>;
