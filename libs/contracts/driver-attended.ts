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
