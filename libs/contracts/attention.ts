import { ATTENTION_KINDS } from '#libs/trip';
import { z } from 'zod';
import { driverId, operatorId, tripId } from './ids.ts';
import { keptText } from './text.ts';
import { timestamp } from './values.ts';

export const attentionKind = z.enum(ATTENTION_KINDS).meta({
  id: 'AttentionKind',
  description:
    'stuck: a ride whose driver is silent; heard_again: it is not any more; driver_lost: the driver vanished before the ride; ' +
    'driver_canceled: the driver gave the trip back; no_drivers_available: the search ended; failed: the trip failed; ' +
    'completion_flagged: completed in an odd place; long_search: a rider waits long for a driver; long_wait: a driver waits ' +
    'long at the pickup; suspicion: positions look made up. Further kinds may come',
});

/** One thing that operators should look at. */
export const attentionEntry = z
  .object({
    number: z.int().min(1).meta({ description: 'of the feed: rises, with gaps' }),
    kind: attentionKind,
    at: timestamp,
    trip_id: tripId.nullable(),
    driver_id: driverId.nullable(),
    data: z.record(z.string(), z.unknown()).meta({ description: 'details, by kind' }),
    acknowledged: z
      .object({
        by: operatorId,
        name: z.string().meta({ description: "the operator as the tokens' issuer names it" }),
        at: timestamp,
        note: keptText.nullable(),
      })
      .nullable()
      .default(null)
      .meta({ description: 'who has taken it on; null: nobody yet. The stream does not tell of changes' }),
  })
  .meta({ id: 'AttentionEntry' });
export type AttentionEntry = z.infer<typeof attentionEntry>;

/** How many entries of the attention feed are read at once, and how many one page lists at most. */
export const MAX_ATTENTION_PER_PAGE = 100;
