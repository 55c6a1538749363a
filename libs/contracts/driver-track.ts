import { z } from 'zod';
import { driverId } from './ids.ts';

/** A driver-api instance that begins to serve a driver asks the others where the driver was. */
export const driverTrackRequest = z.object({ driver_id: driverId });
export type DriverTrackRequest = z.infer<typeof driverTrackRequest>;

/** The last believed position of the driver, and what is left of its distance budget. Others do not answer. */
export const driverTrack = z.object({
  session: z.int().min(1),
  seq: z.int().min(1).max(0xffff_ffff),
  lat: z.number().min(-90).max(90),
  lng: z.number().min(-180).max(180),
  recorded_at_ms: z.number().meta({ description: 'time of the phone' }),
  heard_at_ms: z.number().meta({ description: 'service time' }),
  slack_m: z.number().min(0),
  unused_ms: z.number().min(0),
  corrected_at_ms: z.number().nullable().meta({ description: 'service time; null: never' }),
});
export type DriverTrack = z.infer<typeof driverTrack>;
