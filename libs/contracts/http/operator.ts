import { z } from 'zod';
import { tripParams } from './rider-trips.ts';
import { defineRoute } from './route.ts';
import { MAX_CLAIMS_PER_PAGE } from '../commands/matching.ts';
import { explainedRound } from '../explanations.ts';
import { incarnation, instanceName, shardClaim, shardLoad } from '../shards.ts';
import { tripEvent, tripRecord } from '../trip.ts';
import { h3Cell, timestamp } from '../values.ts';

/** A shard as its operator sees it. */
export const shardView = shardClaim
  .extend({
    since: timestamp.meta({ description: 'of the present epoch' }),
    load: shardLoad.nullable().meta({ description: 'null where its owner has told nothing lately' }),
  })
  .meta({ id: 'Shard' });

/** `active` takes part; `drained`, by an operator, and `leaving`, by itself, get no shards; `lost` is silent. */
export const matcherState = z.enum(['active', 'drained', 'leaving', 'lost']);

export const matcherView = z
  .object({
    matcher: instanceName,
    incarnation,
    state: matcherState,
    since: timestamp.meta({ description: 'of the state' }),
    shards: z.int().min(0),
    heard_s_ago: z.number().min(0).nullable().meta({ description: 'last heartbeat; null: none heard here' }),
    busy_ms_per_s: z.number().min(0),
    round_p99_ms: z.number().min(0).nullable(),
  })
  .meta({ id: 'Matcher' });
export type MatcherView = z.infer<typeof matcherView>;

export const shardsQuery = z.object({
  limit: z.coerce.number().int().min(1).max(MAX_CLAIMS_PER_PAGE).default(1_000),
  cursor: h3Cell.optional(),
});

export const shardPage = z.object({
  data: z.array(shardView),
  next_cursor: h3Cell.nullable(),
  matchers: z.array(matcherView),
  planner: z
    .object({ holder: instanceName, term: z.int() })
    .nullable()
    .meta({ description: 'who plans now; null where nobody has yet' }),
});
export type ShardPage = z.infer<typeof shardPage>;

export const getShards = defineRoute({
  api: 'trips',
  method: 'GET',
  path: '/v1/shards',
  summary: 'Every shard with its owner, epoch and load, and the matchers',
  role: 'operator',
  query: shardsQuery,
  response: shardPage,
  status: 200,
  errors: [],
});

const matcherParams = z.object({ matcher: instanceName });

export const drainMatcher = defineRoute({
  api: 'trips',
  method: 'POST',
  path: '/v1/matchers/{matcher}/drain',
  summary: 'Hand all shards of a matcher to the others, and give it none until it is resumed',
  role: 'operator',
  params: matcherParams,
  response: matcherView,
  status: 202,
  idempotencyKey: 'optional',
  errors: ['matcher_not_found'],
});

export const resumeMatcher = defineRoute({
  api: 'trips',
  method: 'POST',
  path: '/v1/matchers/{matcher}/resume',
  summary: 'Let a drained matcher take part again',
  role: 'operator',
  params: matcherParams,
  response: matcherView,
  status: 202,
  idempotencyKey: 'optional',
  errors: ['matcher_not_found'],
});

export const tripHistory = z
  .object({ trip: tripRecord, events: z.array(tripEvent) })
  .meta({ id: 'TripHistory' });

export const getTripHistory = defineRoute({
  api: 'trips',
  method: 'GET',
  path: '/v1/trips/{trip_id}/history',
  summary: 'A trip with all its events',
  role: 'operator',
  params: tripParams,
  response: tripHistory,
  status: 200,
  errors: ['trip_not_found'],
});

export const tripExplanation = z
  .object({
    rounds: z.array(explainedRound).meta({
      description: 'the newest rounds, oldest first; kept by the matchers for a while, and lost with them',
    }),
  })
  .meta({ id: 'TripExplanation' });

export const explainTrip = defineRoute({
  api: 'trips',
  method: 'GET',
  path: '/v1/trips/{trip_id}/explain',
  summary: 'Which drivers were weighed for a trip in each round, at which cost, and why one was chosen',
  role: 'operator',
  params: tripParams,
  response: tripExplanation,
  status: 200,
  errors: ['trip_not_found'],
});
