import { z } from 'zod';
import { DEFAULT_COORDINATOR_PARAMS } from '#libs/ownership';
import { baseConfig, commaList, secret, serviceArea, tokenConfig, flag } from '#libs/service';
import { sealKeySetting } from '#libs/webhook-seal';
import { webhookTargetConfig } from '#libs/webhooks';
import { DEFAULT_MAX_OPEN_TRIPS, MAX_OPEN_TRIPS } from '#libs/store';

/** How large the event stream grows by default: about a hundred thousand trips. */
const DEFAULT_EVENT_STREAM_BYTES = 1024 * 1024 * 1024;

/** How long positions of trips are kept by default, in seconds: the questions of a day. */
const DEFAULT_TRACE_KEEP_S = 86_400;
/** The longest that can be set, in seconds: a month. */
const MAX_TRACE_KEEP_S = 2_678_400;
/** How large the stream of positions grows by default: some five million of them, or a day of sixty drivers who always have a trip. */
const DEFAULT_TRACE_MAX_BYTES = 1024 * 1024 * 1024;

/**
 * How many connections one process has to the primary by default: enough to keep two cores busy while commits wait for
 * the standby.
 */
const DEFAULT_POSTGRES_CONNECTIONS = 16;

/**
 * How many connections one process has to each server for standby reads by default: lists must not take the
 * connections of commits.
 */
const DEFAULT_POSTGRES_READ_CONNECTIONS = 4;

/**
 * How long an ended trip stays in `trip` by default: a repeated command or a client that resumes still finds it
 * there.
 */
const DEFAULT_HISTORY_AFTER_MS = 600_000;

/**
 * How long a phone may take to acknowledge an offer by default: a slow mobile network needs about a second, and the
 * rider waits meanwhile.
 */
const DEFAULT_OFFER_DELIVERY_MS = 2_000;

/** How wide a history partition is by default. */
const DEFAULT_PARTITION_DAYS = 30;

/** How long the rider waits for a driver on the way who has vanished, by default: a phone in a tunnel comes back sooner. */
const DEFAULT_SILENT_ACCEPTED_MS = 90_000;

/** How long a silent driver keeps a trip at the pickup by default: car and rider can see each other there. */
const DEFAULT_SILENT_ARRIVED_MS = 600_000;

/** How long a ride goes without a position before an operator should look, by default: phones die, rides go on. */
const DEFAULT_SILENT_RIDE_MS = 2_700_000;

/** How long a ride without a position keeps rider and driver bound by default: time for operators to act first. */
const DEFAULT_LOST_CONTACT_MS = 14_400_000;

/** How long a rider waits for a driver before operators should look, by default. */
const DEFAULT_LONG_SEARCH_MS = 120_000;

/** How long a driver waits at the pickup before operators should look, by default. */
const DEFAULT_LONG_WAIT_MS = 120_000;

/** The shortest and longest of these that can be set. */
const [MIN_LONG_MS, MAX_LONG_MS] = [1_000, 3_600_000];

/** How far from the pickup a driver has arrived, by default: phones among high buildings are off by as much. */
const DEFAULT_ARRIVAL_RADIUS_M = 150;

/** How far from the pickup a ride may start, by default: the rider was round the corner. */
const DEFAULT_START_RADIUS_M = 500;

/** How far from the dropoff a ride may end without a flag, by default. */
const DEFAULT_DROPOFF_RADIUS_M = 500;

/** How fast a ride may be along the straight line, by default: faster than any road. */
const DEFAULT_MAX_RIDE_SPEED_MPS = 50;

/** The largest radius that can be set: as wide as a city. */
const MAX_EVIDENCE_RADIUS_M = 50_000;

function evidenceRadius(defaultM: number) {
  return z.coerce.number().min(10).max(MAX_EVIDENCE_RADIUS_M).default(defaultM);
}

/** The shortest silence that counts: an app that loses its driver-api needs some seconds to reach another one. */
export const MIN_SILENCE_MS = 10_000;
/** The longest silence that can be set: a day. */
const MAX_SILENCE_MS = 86_400_000;

function silenceLimit(defaultMs: number) {
  return z.coerce.number().int().min(MIN_SILENCE_MS).max(MAX_SILENCE_MS).default(defaultMs);
}

export const tripsConfig = baseConfig.extend({
  ...tokenConfig,
  ...webhookTargetConfig,
  requirePresence: flag
    .default(true)
    .describe('carry out what a person asks for only with that person’s token; false in development only'),
  webhookSealKey: secret(
    sealKeySetting
      .optional()
      .describe(
        'public key in JSON that seals the secrets of webhooks (npm run webhook:key); without it none can be created',
      ),
  ),
  postgresUrls: secret(commaList.describe('every server of the Postgres cluster, comma-separated')),
  postgresConnections: z.coerce
    .number()
    .int()
    .min(2)
    .max(200)
    .default(DEFAULT_POSTGRES_CONNECTIONS)
    .describe('connections of one process to the primary'),
  postgresReadConnections: z.coerce
    .number()
    .int()
    .min(1)
    .max(100)
    .default(DEFAULT_POSTGRES_READ_CONNECTIONS)
    .describe('connections of one process to each server, for reads that a standby may answer'),
  serviceArea,
  offerTtlMs: z.coerce
    .number()
    .int()
    .min(1_000)
    .max(120_000)
    .default(15_000)
    .describe('how long a driver may consider an offer'),
  offerDeliveryMs: z.coerce
    .number()
    .int()
    .min(100)
    .max(120_000)
    .default(DEFAULT_OFFER_DELIVERY_MS)
    .describe('how long a phone may take to acknowledge an offer before the next driver is asked, wall time'),
  declinePauseMin: z.coerce
    .number()
    .int()
    .min(0)
    .max(1_440)
    .default(0)
    .describe('for how many minutes a driver who declined a trip is not asked for it again; 0: never again'),
  searchDeadlineMs: z.coerce
    .number()
    .int()
    .min(1_000)
    .max(3_600_000)
    .default(300_000)
    .describe('how long a driver is searched for before the trip ends with no_drivers_available'),
  maxOpenTrips: z.coerce
    .number()
    .int()
    .min(1)
    .max(MAX_OPEN_TRIPS)
    .default(DEFAULT_MAX_OPEN_TRIPS)
    .describe('how many trips a rider may have that have not ended'),
  silentAcceptedMs: silenceLimit(DEFAULT_SILENT_ACCEPTED_MS).describe(
    'how long the driver of an accepted trip may be silent before the trip goes to another driver',
  ),
  silentArrivedMs: silenceLimit(DEFAULT_SILENT_ARRIVED_MS).describe(
    'how long a driver at the pickup may be silent before the trip goes to another driver',
  ),
  silentRideMs: silenceLimit(DEFAULT_SILENT_RIDE_MS).describe(
    'how long a driver with a rider on board may send no position, or three times the estimated ride if that is longer, before the trip needs attention as stuck',
  ),
  lostContactMs: silenceLimit(DEFAULT_LOST_CONTACT_MS).describe(
    'how long a driver with a rider on board may send no position before the trip ends as failed; longer rides get as long after stuck as others',
  ),
  longSearchMs: z.coerce
    .number()
    .int()
    .min(MIN_LONG_MS)
    .max(MAX_LONG_MS)
    .default(DEFAULT_LONG_SEARCH_MS)
    .describe('how long a driver is searched for before the trip is in the attention feed as long_search'),
  longWaitMs: z.coerce
    .number()
    .int()
    .min(MIN_LONG_MS)
    .max(MAX_LONG_MS)
    .default(DEFAULT_LONG_WAIT_MS)
    .describe('how long a driver waits at the pickup before the trip is in the attention feed as long_wait'),
  arrivalRadiusM: evidenceRadius(DEFAULT_ARRIVAL_RADIUS_M).describe(
    'how far from the pickup the last position of a driver may be who has arrived, in metres',
  ),
  startRadiusM: evidenceRadius(DEFAULT_START_RADIUS_M).describe(
    'how far from the pickup the last position of a driver may be who starts the ride, in metres; at least the arrival radius counts',
  ),
  dropoffRadiusM: evidenceRadius(DEFAULT_DROPOFF_RADIUS_M).describe(
    'how far from the dropoff a ride may end before it is flagged for operators, in metres',
  ),
  maxRideSpeedMps: z.coerce
    .number()
    .min(0)
    .max(1_000)
    .default(DEFAULT_MAX_RIDE_SPEED_MPS)
    .describe(
      'how fast a ride may be along the straight line from pickup to dropoff, in metres per second; a ride that would be faster cannot be completed yet; 0: any',
    ),
  splitMsPerS: z.coerce
    .number()
    .min(0)
    .max(1_000)
    .default(DEFAULT_COORDINATOR_PARAMS.plan.minSplitMsPerS)
    .describe('load from which on a shard may be split, in ms of matcher time per second'),
  mergeHoldMs: z.coerce
    .number()
    .int()
    .min(1_000)
    .max(3_600_000)
    .default(DEFAULT_COORDINATOR_PARAMS.plan.mergeHoldMs)
    .describe('how long shards must stay cold before they are merged'),
  historyAfterMs: z.coerce
    .number()
    .int()
    .min(1_000)
    .max(86_400_000)
    .default(DEFAULT_HISTORY_AFTER_MS)
    .describe('how long an ended trip stays in the table trip before it moves to trip_history'),
  historyPartitionDays: z.coerce
    .number()
    .int()
    .min(1)
    .max(366)
    .default(DEFAULT_PARTITION_DAYS)
    .describe(
      'width of a partition of trips and events in days; the same in every process and in npm run partitions',
    ),
  eventStreamReplicas: z.coerce
    .number()
    .int()
    .min(1)
    .max(5)
    .default(1)
    .describe('replicas of the event stream, used by the process that creates it'),
  eventStreamMaxBytes: z.coerce
    .number()
    .int()
    .min(1_048_576)
    .default(DEFAULT_EVENT_STREAM_BYTES)
    .describe('size limit of the event stream in bytes; older events are then in Postgres only'),
  traceKeepS: z.coerce
    .number()
    .int()
    .min(0)
    .max(MAX_TRACE_KEEP_S)
    .default(DEFAULT_TRACE_KEEP_S)
    .describe(
      'for how many seconds the positions of a driver with a trip are kept for operators; 0: none are, and those kept are deleted',
    ),
  traceMaxBytes: z.coerce
    .number()
    .int()
    .min(1_048_576)
    .default(DEFAULT_TRACE_MAX_BYTES)
    .describe('size limit of the stream of these positions in bytes; the oldest go first'),
});
export type TripsConfig = z.infer<typeof tripsConfig>;
