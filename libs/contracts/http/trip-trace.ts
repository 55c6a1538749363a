import { z } from 'zod';
import { defineRoute } from './route.ts';
import { tripParams } from './rider-trips.ts';
import { point, timestamp } from '../values.ts';

/** How many positions of a trip are kept at most, the newest ones: at one a second, a ride of two hours. */
export const MAX_TRACE_POSITIONS = 7_200;

/** Where the driver of a trip was at one moment. */
export const tracePosition = z
  .object({
    at: timestamp.meta({ description: 'time of the phone' }),
    point,
    heading_deg: z.number().nullable(),
  })
  .meta({ id: 'TracePosition' });
export type TracePosition = z.infer<typeof tracePosition>;

export const tripTrace = z
  .object({
    data: z.array(tracePosition).max(MAX_TRACE_POSITIONS),
    kept_s: z.int().min(0).meta({ description: 'how long a position is kept; 0: none is kept here' }),
  })
  .meta({ id: 'TripTrace' });
export type TripTrace = z.infer<typeof tripTrace>;

export const getTripTrace = defineRoute({
  api: 'trips',
  method: 'GET',
  path: '/v1/trips/{trip_id}/trace',
  operationId: 'getTripTrace',
  tag: 'trips',
  summary: 'Where the drivers of a trip were while they had it, oldest first, as long as positions are kept',
  role: 'operator',
  scope: 'ops.read',
  params: tripParams,
  response: tripTrace,
  status: 200,
  errors: ['trip_not_found'],
});
