import { z } from 'zod';
import { driverId } from './ids.ts';
import { instanceName } from './shards.ts';

/** How many drivers one question names; more drivers take several questions. */
export const MAX_DRIVERS_PER_HEARD_QUESTION = 500;

/** What counts as hearing a driver: only its positions, or also an open socket and requests. */
export const heardBy = z.enum(['position', 'anything']);
export type HeardBy = z.infer<typeof heardBy>;

/**
 * When did you last hear these drivers? Every driver-api answers, also one that knows none of them, and if none is named:
 * the answer shows that it can be asked.
 */
export const driverHeardRequest = z.object({
  drivers: z.array(z.object({ driver_id: driverId, by: heardBy })).max(MAX_DRIVERS_PER_HEARD_QUESTION),
});
export type DriverHeardRequest = z.infer<typeof driverHeardRequest>;

/**
 * The drivers that the answering instance has heard. `trips` believes no time in the future, and nobody can say that a
 * driver was not heard: a false answer keeps a silent driver bound for as long as it is repeated, until an operator or the
 * rider ends it, and changes nothing else.
 */
export const driverHeardReply = z.object({
  instance: instanceName,
  heard: z
    .array(z.object({ driver_id: driverId, heard_at_ms: z.number().meta({ description: 'service time' }) }))
    .max(MAX_DRIVERS_PER_HEARD_QUESTION),
});
export type DriverHeardReply = z.infer<typeof driverHeardReply>;
