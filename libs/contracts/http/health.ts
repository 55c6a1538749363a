import { z } from 'zod';
import { instanceName } from '../shards.ts';
import { defineRoute } from './route.ts';

/** How many entries of the outbox are counted at most: more is an outage, whatever the number. */
export const MAX_COUNTED_OUTBOX_ENTRIES = 10_000;

const standbyHealth = z
  .object({
    name: z.string().meta({ description: 'its application_name' }),
    host: z
      .string()
      .nullable()
      .meta({ description: 'where it connects from; null: by a socket of the machine' }),
    state: z.string().meta({ description: 'of pg_stat_replication: `streaming` when it keeps up' }),
    sync_state: z.string().meta({
      description:
        'of pg_stat_replication: a commit waits for a `sync` or `quorum` standby, not for an `async` one',
    }),
    replay_lag_ms: z
      .number()
      .min(0)
      .nullable()
      .meta({ description: 'from a commit to its being readable there; null: nothing was written lately' }),
    behind_bytes: z
      .number()
      .min(0)
      .nullable()
      .meta({ description: 'of the log, not yet replayed; null: it has not said' }),
  })
  .meta({ id: 'StandbyHealth' });

const postgresHealth = z
  .object({
    name: z.string().nullable().meta({ description: 'cluster_name of the primary; null: it has none' }),
    host: z
      .string()
      .nullable()
      .meta({ description: 'its address and port; null: by a socket of the machine' }),
    timeline: z.int().min(1).meta({ description: 'grows by one with each failover' }),
    standbys: z.array(standbyHealth).meta({ description: 'those that follow it now, by name' }),
  })
  .meta({ id: 'PostgresHealth' });
export type PostgresHealth = z.infer<typeof postgresHealth>;

const outboxHealth = z
  .object({
    entries: z
      .int()
      .min(0)
      .max(MAX_COUNTED_OUTBOX_ENTRIES)
      .meta({
        description: `committed changes that are not known to be in the stream, counted up to ${MAX_COUNTED_OUTBOX_ENTRIES}`,
      }),
    oldest_s: z.number().min(0).nullable().meta({ description: 'age of the oldest of them; null: none' }),
  })
  .meta({ id: 'OutboxHealth' });
export type OutboxHealth = z.infer<typeof outboxHealth>;

const natsHealth = z
  .object({
    server: z.string(),
    cluster: z.string().nullable().meta({ description: 'null: the server stands alone' }),
    rtt_ms: z.number().min(0).meta({ description: 'to the server and back' }),
  })
  .meta({ id: 'NatsHealth' });
export type NatsHealth = z.infer<typeof natsHealth>;

const eventStreamHealth = z
  .object({
    messages: z.int().min(0),
    bytes: z.int().min(0),
    leader: z.string().nullable().meta({ description: 'null: none now, so that nothing can be stored' }),
    replicas: z
      .array(
        z.object({
          server: z.string(),
          current: z.boolean().meta({ description: 'has all that the leader has' }),
          behind_messages: z.int().min(0),
        }),
      )
      .meta({ description: 'further servers that store it' }),
  })
  .meta({ id: 'EventStreamHealth' });
export type EventStreamHealth = z.infer<typeof eventStreamHealth>;

/** What the system stands on, as one process of `trips` sees it. A part that does not answer is null; the others are told. */
export const systemHealth = z
  .object({
    seen_by: instanceName,
    postgres: postgresHealth.nullable().meta({ description: 'null: no primary answers' }),
    outbox: outboxHealth.nullable().meta({ description: 'null: no primary answers' }),
    nats: natsHealth.nullable().meta({ description: 'null: no nats-server answers' }),
    event_stream: eventStreamHealth
      .nullable()
      .meta({ description: 'null: JetStream does not answer, or has none' }),
  })
  .meta({ id: 'SystemHealth' });
export type SystemHealth = z.infer<typeof systemHealth>;

export const getSystemHealth = defineRoute({
  api: 'trips',
  method: 'GET',
  path: '/v1/ops/health',
  operationId: 'getSystemHealth',
  tag: 'operations',
  summary: 'How Postgres with its standbys, NATS, the stream of events and the outbox are',
  role: 'operator',
  scope: 'ops.read',
  response: systemHealth,
  status: 200,
  errors: [],
});
