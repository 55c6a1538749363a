import { z } from 'zod';
import { driverId } from './ids.ts';
import { instanceName } from './shards.ts';

/** A driver-api instance announces that it serves a driver, so that only one instance does. */
export const driverAttended = z.object({
  driver_id: driverId,
  instance: instanceName,
  session: z.int().min(0).meta({ description: 'newest session known; 0: none yet' }),
  socket: z.boolean().meta({ description: 'the driver has a socket there; older ones are closed' }),
});
export type DriverAttended = z.infer<typeof driverAttended>;

/**
 * A driver's record was changed by an operator, or through an instance that does not serve the driver; the serving one
 * rereads it.
 */
export const driverChanged = z.object({ driver_id: driverId, driver_version: z.int().min(0) });
export type DriverChanged = z.infer<typeof driverChanged>;
