import { z } from 'zod';
import { driverId, offerId, tripId } from './ids.ts';
import { instanceName } from './shards.ts';
import { h3Cell, point, timestamp } from './values.ts';

/** How many rounds of a trip one matcher keeps and explains. */
export const MAX_EXPLAINED_ROUNDS = 32;

const seconds = z.number().nullable();

/** A driver who was considered for the trip, or could not be. */
export const explainedCandidate = z
  .object({
    driver_id: driverId,
    pickup_distance_m: z.number().meta({ description: 'by air' }),
    pickup_eta_s: seconds.meta({ description: 'null: not asked, or no route' }),
    in_dead_part: z.boolean().meta({
      description: 'on streets without a way back: the pickup ETA is by straight line',
    }),
    from: point
      .nullable()
      .default(null)
      .meta({ description: 'where it could start; null: a matcher of before it was kept' }),
    cost_s: seconds.meta({ description: 'null: the pair was not an option' }),
    reason: z.enum([
      'offered',
      'reassigned',
      'on_the_way',
      'other_driver_chosen',
      'taken_by_other_trip',
      'pickup_too_far',
      'not_asked_again',
      'asked_again_later',
    ]),
  })
  .meta({ id: 'ExplainedCandidate' });

/** One round's decision about one trip. */
export const explainedRound = z
  .object({
    matcher: instanceName,
    shard: h3Cell,
    at: timestamp,
    outcome: z.enum(['offered', 'reassigned', 'no_driver_in_radius', 'pickup_too_far', 'outbid']),
    skip_cost_s: z.number().meta({ description: 'cost of leaving the trip unmatched in this round' }),
    candidates: z.array(explainedCandidate),
  })
  .meta({ id: 'ExplainedRound' });
export type ExplainedRound = z.infer<typeof explainedRound>;

/** How many rounds of a driver one matcher explains at once: the newest ones. */
export const MAX_EXPLAINED_DRIVER_ROUNDS = 100;

/** One round's decision about one trip, as it was for one of the drivers whom it weighed. */
export const explainedDriverRound = explainedRound
  .omit({ candidates: true })
  .extend({
    trip_id: tripId,
    candidate: explainedCandidate.meta({ description: 'this driver' }),
    chosen: explainedCandidate.nullable().meta({ description: 'who got the trip; null: nobody' }),
  })
  .meta({ id: 'ExplainedDriverRound' });
export type ExplainedDriverRound = z.infer<typeof explainedDriverRound>;

/** Asks every matcher in which rounds between two moments it weighed a driver. */
export const explainDriverRequest = z.object({ driver_id: driverId, from: timestamp, to: timestamp });
export type ExplainDriverRequest = z.infer<typeof explainDriverRequest>;
export const explainDriverReply = z.object({
  rounds: z.array(explainedDriverRound).max(MAX_EXPLAINED_DRIVER_ROUNDS),
});
export type ExplainDriverReply = z.infer<typeof explainDriverReply>;

/**
 * What became of an offer. `sent`: its phone has not acknowledged it yet. `delivered`: the driver has it and has not
 * answered. `undelivered`: the phone did not get it in time. `lapsed`: delivered, but not answered. `withdrawn`: the
 * trip no longer needed it.
 */
export const offerFate = z.enum([
  'sent',
  'delivered',
  'undelivered',
  'lapsed',
  'declined',
  'accepted',
  'withdrawn',
]);

/** One offer of a trip, from its events. */
export const explainedOffer = z
  .object({
    offer_id: offerId,
    driver_id: driverId,
    at: timestamp,
    fate: offerFate,
    ended_at: timestamp.nullable().meta({ description: 'null: still open' }),
    ask_again_at: timestamp
      .nullable()
      .meta({ description: 'when the driver may be asked again; null: never' }),
  })
  .meta({ id: 'ExplainedOffer' });
export type ExplainedOffer = z.infer<typeof explainedOffer>;

/** Asks every matcher what it decided about a trip, and why. */
export const explainRequest = z.object({ trip_id: tripId });
export type ExplainRequest = z.infer<typeof explainRequest>;
export const explainReply = z.object({ rounds: z.array(explainedRound).max(MAX_EXPLAINED_ROUNDS) });
export type ExplainReply = z.infer<typeof explainReply>;
