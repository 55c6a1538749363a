import { z } from 'zod';
import { driverId, tripId } from './ids.ts';
import { tripState } from './trip.ts';

const count = z.int().min(0);
const orNone = z.number().min(0).nullable();

/** Totals of the simulated city so far, as its riders and drivers saw them through the public API. */
export const fleetStats = z.object({
  requested: count.meta({ description: 'trip requests that were acknowledged' }),
  served: count.meta({ description: 'riders picked up' }),
  canceled: count.meta({ description: 'canceled by the rider before the ride' }),
  expired: count.meta({ description: 'no driver before the deadline (no_drivers_available)' }),
  open: count.meta({ description: 'neither picked up nor ended' }),
  drivers_online: count,
  trips_by_state: z.partialRecord(tripState, count),
  matched_per_min: z
    .number()
    .min(0)
    .meta({ description: 'acceptances per minute of service time, over the last minute of it' }),
  wait_s: z.object({ mean: orNone, p50: orNone, p95: orNone }).meta({
    description: 'service seconds from the request to the pickup, over all served; null before the first',
  }),
  match_latency_ms: z.object({ p50: orNone, p99: orNone }).meta({
    description:
      'wall milliseconds from sending POST /v1/trips to the first offer on a driver’s socket, over all offered trips',
  }),
  pings_per_s: z.number().min(0).meta({
    description:
      'driver positions sent per wall second, over the last seconds; at the end over the whole demand',
  }),
  pings_sent: count,
  errors: count.meta({
    description: 'answers that a healthy system does not give; sum of errors_by_code',
  }),
  errors_by_code: z.record(z.string(), count),
  elapsed_s: z.number().min(0).meta({ description: 'wall seconds since the demand began' }),
  remaining_s: orNone.meta({ description: 'wall seconds until the demand ends; null: never' }),
  first_match_ms: orNone.meta({
    description: 'wall milliseconds from the start of the process to the first accepted offer',
  }),
});
export type FleetStats = z.infer<typeof fleetStats>;

/** What a phone is doing when it vanishes. */
export const vanishingState = z.enum(['offered', 'accepted', 'arrived', 'in_progress']);
export type VanishingState = z.infer<typeof vanishingState>;
const vanishing = { who: z.enum(['rider', 'driver']), state: vanishingState };

/** How many phones one order may take away for ever. */
const MAX_VANISHING = 1_000;

/** An order of the parent process to the fleet over the IPC channel. */
export const fleetOrder = z.object({
  type: z.literal('vanish'),
  ...vanishing,
  phones: z
    .int()
    .min(1)
    .max(MAX_VANISHING)
    .meta({ description: 'how many of the next phones in that state never come back' }),
});
export type FleetOrder = z.infer<typeof fleetOrder>;

/** A phone is gone for ever. */
export const vanishedPhone = z.object({
  ...vanishing,
  trip_id: tripId,
  driver_id: driverId.nullable(),
  at_ms: z.number().meta({ description: 'service time' }),
});
export type VanishedPhone = z.infer<typeof vanishedPhone>;

/**
 * Messages of the fleet to its parent process over the IPC channel: one per second, one for each phone that vanished on
 * an order, and one at its end.
 */
export const fleetMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('vanished'), phone: vanishedPhone }),
  z.object({ type: z.literal('fleet_stats'), stats: fleetStats }),
  z.object({ type: z.literal('fleet_done'), stats: fleetStats }),
]);
export type FleetMessage = z.infer<typeof fleetMessage>;
