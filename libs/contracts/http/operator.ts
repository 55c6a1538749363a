import { z } from 'zod';
import { operatorActRequest } from './operator-acts.ts';
import { tripParams } from './rider-trips.ts';
import { defineRoute } from './route.ts';
import { MAX_CLAIMS_PER_PAGE } from '../commands/matching.ts';
import { explainedDriverRound, explainedOffer, explainedRound } from '../explanations.ts';
import { incarnation, instanceName, shardClaim, shardLoad } from '../shards.ts';
import { MAX_TRIPS_PER_PAGE } from '../commands/trips.ts';
import { driverId, riderId, tripId } from '../ids.ts';
import { driverStanding, driverStatus, tripEvent, tripRecord, tripState } from '../trip.ts';
import { h3Cell, product, timestamp, vehicle } from '../values.ts';

/** A shard as operators see it. */
export const shardView = shardClaim
  .extend({
    since: timestamp.meta({ description: 'start of the current epoch' }),
    load: shardLoad.nullable().meta({ description: 'null: the owner has not reported lately' }),
  })
  .meta({ id: 'Shard' });

/** `active` gets shards; `drained` (by an operator) and `leaving` (by itself) get none; `lost` is silent. */
export const matcherState = z.enum(['active', 'drained', 'leaving', 'lost']);

export const matcherView = z
  .object({
    matcher: instanceName,
    incarnation,
    state: matcherState,
    since: timestamp.meta({ description: 'start of the state' }),
    shards: z.int().min(0),
    heard_s_ago: z
      .number()
      .min(0)
      .nullable()
      .meta({ description: 'last heartbeat; null: none received here' }),
    busy_ms_per_s: z.number().min(0),
    round_p99_ms: z.number().min(0).nullable(),
    drivers_in_dead_part: z
      .int()
      .min(0)
      .nullable()
      .meta({ description: 'free drivers on streets without a way back; null: no heartbeat received here' }),
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
    .meta({ description: 'the current planner; null: none yet' }),
});
export type ShardPage = z.infer<typeof shardPage>;

export const getShards = defineRoute({
  api: 'trips',
  method: 'GET',
  path: '/v1/shards',
  operationId: 'listShards',
  tag: 'matching',
  summary: 'Every shard with its owner, epoch and load, and the matchers',
  role: 'operator',
  scope: 'ops.read',
  query: shardsQuery,
  response: shardPage,
  status: 200,
  errors: [],
});

const matcherParams = z.object({ matcher: instanceName });
/** Why; for the audit. Callers of before it was asked send none. */
const matcherActRequest = operatorActRequest.optional();

export const drainMatcher = defineRoute({
  api: 'trips',
  method: 'POST',
  path: '/v1/matchers/{matcher}/drain',
  operationId: 'drainMatcher',
  tag: 'matching',
  summary: 'Hand all shards of a matcher to the others; it gets none until it is resumed',
  role: 'operator',
  scope: 'ops.write',
  params: matcherParams,
  body: matcherActRequest,
  response: matcherView,
  status: 202,
  idempotencyKey: 'optional',
  errors: ['matcher_not_found', 'idempotency_key_reused'],
});

export const resumeMatcher = defineRoute({
  api: 'trips',
  method: 'POST',
  path: '/v1/matchers/{matcher}/resume',
  operationId: 'resumeMatcher',
  tag: 'matching',
  summary: 'Give shards to a drained matcher again',
  role: 'operator',
  scope: 'ops.write',
  params: matcherParams,
  body: matcherActRequest,
  response: matcherView,
  status: 202,
  idempotencyKey: 'optional',
  errors: ['matcher_not_found', 'idempotency_key_reused'],
});

/** Who made an event happen. */
export const tripActor = z
  .object({
    kind: z.enum(['rider', 'driver', 'operator', 'system']),
    id: z.string().meta({ description: 'of the person; of the system: `matcher`, or `trips` for deadlines' }),
  })
  .meta({ id: 'TripActor' });

export const tripHistory = z
  .object({
    trip: tripRecord,
    events: z.array(
      tripEvent
        .extend({
          actor: tripActor,
          hash: z.string().nullable().meta({
            description: 'SHA-256 over this event and the hash before it; null: older than the chain',
          }),
        })
        .meta({ id: 'ActedEvent' }),
    ),
  })
  .meta({ id: 'TripHistory' });
export type TripHistory = z.infer<typeof tripHistory>;

export const getTripHistory = defineRoute({
  api: 'trips',
  method: 'GET',
  path: '/v1/trips/{trip_id}/history',
  operationId: 'getTripHistory',
  tag: 'trips',
  summary: 'A trip with all its events',
  role: 'operator',
  scope: 'ops.read',
  params: tripParams,
  response: tripHistory,
  status: 200,
  errors: ['trip_not_found'],
});

export const tripExplanation = z
  .object({
    offers: z.array(explainedOffer).meta({ description: 'every offer of the trip, and what became of it' }),
    rounds: z.array(explainedRound).meta({
      description: 'the newest rounds, oldest first; matchers keep them in memory for a while',
    }),
  })
  .meta({ id: 'TripExplanation' });
export type TripExplanation = z.infer<typeof tripExplanation>;

export const explainTrip = defineRoute({
  api: 'trips',
  method: 'GET',
  path: '/v1/trips/{trip_id}/explain',
  operationId: 'explainTrip',
  tag: 'trips',
  summary: 'Which drivers each round considered for a trip, at which cost, and why one was chosen',
  role: 'operator',
  scope: 'ops.read',
  params: tripParams,
  response: tripExplanation,
  status: 200,
  errors: ['trip_not_found'],
});

/** How many trips one page lists for operators by default. */
const DEFAULT_OPERATOR_TRIPS_PER_PAGE = 50;

export const getOperatorTrips = defineRoute({
  api: 'trips',
  method: 'GET',
  path: '/v1/ops/trips',
  operationId: 'listTrips',
  tag: 'trips',
  summary:
    'Trips by state, rider, driver or need of attention, newest first; a page may be short and have a next one',
  role: 'operator',
  scope: 'ops.read',
  query: z.strictObject({
    state: tripState.optional(),
    rider_id: riderId.optional(),
    driver_id: driverId.optional().meta({ description: 'the driver of the trip, or the one who is asked' }),
    requested_from: timestamp.optional(),
    requested_to: timestamp.optional().meta({ description: 'before this moment' }),
    attention: z.literal('true').optional().meta({ description: 'only trips that need attention' }),
    limit: z.coerce.number().int().min(1).max(MAX_TRIPS_PER_PAGE).default(DEFAULT_OPERATOR_TRIPS_PER_PAGE),
    cursor: tripId.optional(),
  }),
  response: z.object({ data: z.array(tripRecord), next_cursor: tripId.nullable() }),
  status: 200,
  errors: [],
});

/** How many drivers one page lists at most, and by default. */
const MAX_DRIVERS_PER_PAGE = 200;
/** How many drivers a page lists unless the request says how many. */
const DEFAULT_DRIVERS_PER_PAGE = 50;

/** A driver as operators see it in a list. */
export const listedDriver = driverStanding
  .omit({ version: true })
  .extend({
    driver_version: z.int().min(0),
    session: z.int().min(1),
    online: z.boolean(),
    product,
    vehicle,
    changed_at: timestamp.meta({ description: 'start or end of the session' }),
    heard_at: timestamp
      .nullable()
      .meta({ description: 'of a driver with a trip: when it was last heard; null: without a trip' }),
  })
  .meta({ id: 'ListedDriver' });
export type ListedDriver = z.infer<typeof listedDriver>;

export const getOperatorDrivers = defineRoute({
  api: 'trips',
  method: 'GET',
  path: '/v1/ops/drivers',
  operationId: 'listDrivers',
  tag: 'drivers',
  summary: 'Drivers by status, product or silence, by id; a page may be short and have a next one',
  role: 'operator',
  scope: 'ops.read',
  query: z.strictObject({
    driver_id: driverId.optional().meta({ description: 'only this driver' }),
    status: driverStatus.optional(),
    product: product.optional(),
    silent_since: timestamp
      .optional()
      .meta({ description: 'only drivers with a trip who were not heard since then' }),
    limit: z.coerce.number().int().min(1).max(MAX_DRIVERS_PER_PAGE).default(DEFAULT_DRIVERS_PER_PAGE),
    cursor: driverId.optional(),
  }),
  response: z.object({ data: z.array(listedDriver), next_cursor: driverId.nullable() }),
  status: 200,
  errors: [],
});

export const driverExplanation = z
  .object({
    rounds: z.array(explainedDriverRound).meta({
      description: 'newest first; matchers keep rounds in memory for a while, and tell the newest of them',
    }),
  })
  .meta({ id: 'DriverExplanation' });

export const explainDriver = defineRoute({
  api: 'trips',
  method: 'GET',
  path: '/v1/ops/drivers/{driver_id}/explain',
  operationId: 'explainDriver',
  tag: 'drivers',
  summary: 'In which rounds between two moments a driver was weighed, and who got those trips',
  role: 'operator',
  scope: 'ops.read',
  params: z.strictObject({ driver_id: driverId }),
  query: z.strictObject({
    from: timestamp.optional().meta({ description: 'default: a quarter of an hour before `to`' }),
    to: timestamp.optional().meta({ description: 'default: now' }),
  }),
  response: driverExplanation,
  status: 200,
  errors: [],
});
