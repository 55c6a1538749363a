import { z } from 'zod';
import { defineCommand } from '../command.ts';
import { tripId } from '../ids.ts';
import { distanceSource, h3Cell, timestamp } from '../values.ts';

/** How many completed rides one page has. */
export const MAX_RIDES_PER_PAGE = 500;

/** A completed ride, without the people in it. */
export const timedRide = z.object({
  pickup_cell: h3Cell.meta({ description: 'H3 cell at resolution 9' }),
  dropoff_cell: h3Cell.meta({ description: 'H3 cell at resolution 9' }),
  distance_m: z.number().min(0),
  distance_source: distanceSource,
  started_at: timestamp,
  street_s: z.number().min(0).meta({ description: 'ride time of the route as the streets alone have it' }),
  told_s: z.number().min(0).meta({ description: 'trip_s of its quote' }),
  actual_s: z.number().min(0),
  ended_by_operator: z.boolean(),
  driver_was_silent: z.boolean().meta({ description: 'the trip needed attention: its phone was lost' }),
});
export type TimedRide = z.infer<typeof timedRide>;

/** Where a page of rides ended: the last ride in order of (ended_at, trip_id). */
export const rideCursor = z.object({ ended_at: timestamp, trip_id: tripId });
export type RideCursor = z.infer<typeof rideCursor>;

/**
 * Completed rides in the order of their ends, from which ride times are learned. Without `after`, from some weeks back, but
 * not more than a bounded number of rides. `after` null: there is none yet.
 */
export const readRideTimes = defineCommand(
  'riders',
  'trips.ride_times',
  z.object({ after: rideCursor.optional(), limit: z.int().min(1).max(MAX_RIDES_PER_PAGE) }),
  z.object({ rides: z.array(timedRide), after: rideCursor.nullable(), more: z.boolean() }),
  { callers: ['rider-api'] },
);
