import { z } from 'zod';
import { tripId } from './ids.ts';
import { h3Cell, point, timestamp } from './values.ts';

/** How many cells one request to send positions again may name. */
export const MAX_CELLS_PER_RESEND = 4_096;

/** A matcher has subscribed to these cells and needs the positions of the drivers there. */
export const resendRequest = z.object({ cells: z.array(h3Cell).max(MAX_CELLS_PER_RESEND) });
export type ResendRequest = z.infer<typeof resendRequest>;

/** Where the driver of a trip is, on its way from driver-api to the rider's socket. */
export const trackedPosition = z
  .object({ trip_id: tripId, point, heading_deg: z.number().nullable(), recorded_at: timestamp })
  .meta({ id: 'TrackedPosition' });
export type TrackedPosition = z.infer<typeof trackedPosition>;
