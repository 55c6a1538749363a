import { z } from 'zod';
import { driverId } from './ids.ts';
import { point, timestamp } from './values.ts';

/** How many hints one message carries; more hints take several messages. */
export const MAX_HINTS_PER_MESSAGE = 500;

/** Where an idle driver would do well to go. Nobody is bound by it. */
export const repositionHint = z
  .object({
    to: point,
    drive_s: z.number().min(0).meta({ description: 'about how long it takes to get there' }),
    expires_at: timestamp.meta({ description: 'from then on it says nothing any more' }),
  })
  .meta({ id: 'RepositionHint' });
export type RepositionHint = z.infer<typeof repositionHint>;

/** From a matcher to all driver-apis; whoever serves a driver tells it. Lost ones are not made up for. */
export const driverHints = z.object({
  hints: z.array(repositionHint.extend({ driver_id: driverId })).max(MAX_HINTS_PER_MESSAGE),
});
export type DriverHints = z.infer<typeof driverHints>;
