import { z } from 'zod';
import { timestamp } from '../values.ts';
import { trackedPosition } from '../positions.ts';
import { riderId } from '../ids.ts';
import { riderTrip, tripEventType } from '../trip.ts';
import { errorFrame, heartbeat, resume, serverFrame, serverHeartbeat, token } from './frame.ts';

/** Frames that a rider's app may send. */
export const riderClientFrame = z
  .discriminatedUnion('type', [heartbeat, token, resume])
  .meta({ id: 'RiderClientFrame' });
export type RiderClientFrame = z.infer<typeof riderClientFrame>;

/** Frames that a rider's app receives: each change of its trips, and the driver's position until the ride ends. */
export const riderServerFrame = z
  .discriminatedUnion('type', [
    serverFrame('welcome', z.object({ rider_id: riderId, at: timestamp })),
    serverHeartbeat,
    serverFrame('trip', z.object({ event: tripEventType, at: timestamp, trip: riderTrip })),
    serverFrame('driver_position', trackedPosition),
    serverFrame('ack', z.object({})),
    errorFrame,
  ])
  .meta({ id: 'RiderServerFrame' });
export type RiderServerFrame = z.infer<typeof riderServerFrame>;
