import { z } from 'zod';
import { driverId } from './ids.ts';
import { instanceName } from './shards.ts';

/** How many drivers one question names; more drivers take several questions. */
export const MAX_DRIVERS_PER_QUESTION = 500;

/** A driver-api instance without a socket of these drivers asks which other instance serves them. */
export const whereaboutsRequest = z.object({
  instance: instanceName,
  drivers: z
    .array(
      z.object({
        driver_id: driverId,
        session: z.int().min(0).meta({ description: 'newest session known to the asking instance' }),
        heard_at_ms: z
          .number()
          .meta({ description: 'when the asking instance last heard the driver, service time' }),
      }),
    )
    .min(1)
    .max(MAX_DRIVERS_PER_QUESTION),
});
export type WhereaboutsRequest = z.infer<typeof whereaboutsRequest>;

/** The drivers that the answering instance serves instead of the asking one, which also answers itself, with none. */
export const whereaboutsReply = z.object({
  instance: instanceName,
  driver_ids: z.array(driverId).max(MAX_DRIVERS_PER_QUESTION),
});
export type WhereaboutsReply = z.infer<typeof whereaboutsReply>;
