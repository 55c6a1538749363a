import { TRIP_EVENT_TYPES } from '#libs/trip';
import { z } from 'zod';
import { riderTrip, tripEvent, tripRecord, type TripChange } from './trip.ts';
import { timestamp } from './values.ts';

/**
 * The members of a trip that webhooks get: what its rider sees, and who the rider is. An allow-list: whom the trip was
 * offered to, who is not asked again, and why an operator should look stay internal.
 */
export const webhookTrip = riderTrip
  .extend({ rider_id: tripRecord.shape.rider_id })
  .meta({ id: 'WebhookTrip' });

/** The event itself. Its `data` stays internal: operators' notes and reason codes are in it. */
export const webhookTripEvent = tripEvent.omit({ data: true }).meta({ id: 'WebhookTripEvent' });

/** The body of a message to a webhook, in the form of Standard Webhooks. */
export const webhookEvent = z
  .object({
    type: z.enum(TRIP_EVENT_TYPES.map((type) => `trip.${type}` as const)),
    timestamp: timestamp.meta({ description: 'when it happened; the same in each attempt' }),
    data: z.object({
      event: webhookTripEvent,
      trip: webhookTrip.meta({ description: 'the trip after the event' }),
    }),
  })
  .meta({ id: 'WebhookEvent' });
export type WebhookEvent = z.infer<typeof webhookEvent>;

export function toWebhookEvent({ event, trip }: TripChange): WebhookEvent {
  return webhookEvent.parse({ type: `trip.${event.type}`, timestamp: event.at, data: { event, trip } });
}
