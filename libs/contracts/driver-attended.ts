import { z } from 'zod';
import { driverId } from './ids.ts';
import { instanceName } from './shards.ts';

/** A driver-api instance tells the others that a driver has turned up at it, so that only one speaks for the driver. */
export const driverAttended = z.object({
  driver_id: driverId,
  instance: instanceName,
  session: z.int().min(0).meta({ description: 'newest session known; 0 where there never was one' }),
  socket: z.boolean().meta({ description: 'the driver has a socket there; older ones are closed' }),
});
export type DriverAttended = z.infer<typeof driverAttended>;

/**
 * A driver's record has changed at an instance that does not speak for the driver; the one that does reads it again.
 */
export const driverChanged = z.object({ driver_id: driverId, driver_version: z.int().min(0) });
export type DriverChanged = z.infer<typeof driverChanged>;
