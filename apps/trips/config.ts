import { z } from 'zod';
import { DEFAULT_COORDINATOR_PARAMS } from '#libs/ownership';
import { baseConfig, commaList, serviceArea, tokenConfig } from '#libs/service';

/** A hundred thousand trips or so. */
const DEFAULT_EVENT_STREAM_BYTES = 1024 * 1024 * 1024;

/** Connections to Postgres of one process: its two cores' worth of work waits on the standby, not on them. */
const DEFAULT_POSTGRES_CONNECTIONS = 16;

/** Of one process to each server, for reads that no decision rests on: lists must not take what commits need. */
const DEFAULT_POSTGRES_READ_CONNECTIONS = 4;

/** Who repeats a command or comes back after a while finds the trip where it was. */
const DEFAULT_HISTORY_AFTER_MS = 600_000;

const DEFAULT_PARTITION_DAYS = 30;

export const tripsConfig = baseConfig.extend({
  ...tokenConfig,
  postgresUrls: commaList,
  postgresConnections: z.coerce.number().int().min(2).max(200).default(DEFAULT_POSTGRES_CONNECTIONS),
  postgresReadConnections: z.coerce.number().int().min(1).max(100).default(DEFAULT_POSTGRES_READ_CONNECTIONS),
  /** South, west, north, east in degrees; its shards are what matchers divide among themselves. */
  serviceArea,
  offerTtlMs: z.coerce.number().int().min(1_000).max(120_000).default(15_000),
  /** How long a rider's search goes on before it is given up. */
  searchDeadlineMs: z.coerce.number().int().min(1_000).max(3_600_000).default(300_000),
  /** Milliseconds of a matcher's time per second from which on a shard may be split. */
  splitMsPerS: z.coerce.number().min(0).max(1_000).default(DEFAULT_COORDINATOR_PARAMS.plan.minSplitMsPerS),
  /** How long cold shards stay as they are before they are merged. */
  mergeHoldMs: z.coerce
    .number()
    .int()
    .min(1_000)
    .max(3_600_000)
    .default(DEFAULT_COORDINATOR_PARAMS.plan.mergeHoldMs),
  /** How long a trip that is over stays in the table of trips under way. */
  historyAfterMs: z.coerce.number().int().min(1_000).max(86_400_000).default(DEFAULT_HISTORY_AFTER_MS),
  /** Of trips and events; the same for all processes, and for `npm run partitions`. */
  historyPartitionDays: z.coerce.number().int().min(1).max(366).default(DEFAULT_PARTITION_DAYS),
  /** Servers that store each event of the stream, where this process is the one that makes it. */
  eventStreamReplicas: z.coerce.number().int().min(1).max(5).default(1),
  /** Of the stream; past it the oldest events are in Postgres only. */
  eventStreamMaxBytes: z.coerce.number().int().min(1_048_576).default(DEFAULT_EVENT_STREAM_BYTES),
});
export type TripsConfig = z.infer<typeof tripsConfig>;
