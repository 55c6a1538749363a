import { z } from 'zod';
import { driverId } from './ids.ts';
import { point, timestamp } from './values.ts';

/** What is odd about a driver's positions. */
export const suspicionReason = z.enum(['impossible_track', 'mocked_position']).meta({
  id: 'SuspicionReason',
  description:
    'impossible_track: positions farther apart than a vehicle can drive; mocked_position: the phone says that an app made them up',
});
export type SuspicionReason = z.infer<typeof suspicionReason>;

/** Doubts about a driver, for review: nothing is refused for them. */
export const suspicion = z
  .object({
    driver_id: driverId,
    at: timestamp,
    score: z.number().min(0).max(1).meta({ description: 'how likely positions are made up' }),
    reasons: z
      .object({ impossible_track: z.int().min(0), mocked_position: z.int().min(0) })
      .meta({ description: 'how many positions, by reason' }),
    point: point.meta({ description: 'the last such position' }),
  })
  .meta({ id: 'Suspicion' });
export type Suspicion = z.infer<typeof suspicion>;
