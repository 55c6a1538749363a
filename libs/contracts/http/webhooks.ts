import { z } from 'zod';
import { defineRoute } from './route.ts';
import { tripId, webhookId } from '../ids.ts';
import { tripEventType } from '../trip.ts';
import { timestamp } from '../values.ts';

/** How many characters the URL of a webhook may have. */
const MAX_URL_LENGTH = 2_000;
/** How many dead letters one page lists; a request for more gets 400. */
export const MAX_DEAD_LETTERS_PER_PAGE = 500;

/** `https` and a public address, unless the switch for development is set; checked at creation and at each delivery. */
export const webhookUrl = z
  .url({ protocol: /^https?$/ })
  .max(MAX_URL_LENGTH)
  .refine(
    (text) => URL.parse(text)?.username === '' && URL.parse(text)?.password === '',
    'contains credentials',
  );

/** Why a webhook is suspended. A replay ends any suspension. */
export const webhookSuspension = z.enum(['gone', 'refused', 'too_many_waiting']).meta({
  id: 'WebhookSuspension',
  description:
    'gone: the endpoint answered 410; refused: it refused each attempt of a delivery, and the events wait;' +
    ' too_many_waiting: no further events wait for it. After a replay it gets those of the suspension, of 30 days at most',
});
export type WebhookSuspension = z.infer<typeof webhookSuspension>;

/** How many secrets of a webhook sign at once: enough for a rotation that is repeated before its receiver has followed. */
export const MAX_WEBHOOK_SECRETS = 4;
/** How long the old secrets of a webhook go on signing after a rotation by default: a day for its receiver to follow. */
const DEFAULT_KEEP_OLD_S = 86_400;
/** The longest that they may go on: a week. */
const MAX_KEEP_OLD_S = 604_800;

const fingerprint = z
  .string()
  .meta({ description: 'names the secret: the first 16 hexadecimal digits of its SHA-256' });

/** What is shown of a secret. */
const webhookSecretView = z
  .object({
    fingerprint,
    key_id: z.string().meta({ description: 'the sealing key; `webhooks` needs its private half' }),
    made_at: timestamp,
    expires_at: timestamp.nullable().meta({ description: 'signs until then; null: for good' }),
  })
  .meta({ id: 'WebhookSecretInfo' });

/** A URL that receives trip events. Its secret is shown once, at creation. */
export const webhookView = z
  .object({
    webhook_id: webhookId,
    url: z.string(),
    event_types: z.array(tripEventType).nullable().meta({ description: 'null: all' }),
    created_at: timestamp.meta({ description: 'the webhook gets events from then on' }),
    suspended_at: timestamp.nullable().meta({
      description: 'start of the suspension; a replay ends it',
    }),
    suspended_reason: webhookSuspension.nullable(),
    suspended_error: z.string().nullable().meta({ description: 'the answer that suspended it' }),
    paused_until: timestamp.nullable().meta({
      description: 'the endpoint asked not to be called before that (Retry-After)',
    }),
    catching_up: z.boolean().default(false).meta({
      description: 'events of a suspension that a replay has ended are still being taken in',
    }),
    waiting: z.int().min(0).meta({ description: 'events not delivered yet' }),
    dead_letters: z.int().min(0).meta({ description: 'those of them that are not retried any more' }),
    secrets: z.array(webhookSecretView).default([]).meta({
      description: 'the secrets that sign, oldest first; each message has a signature by each of them',
    }),
  })
  .meta({ id: 'Webhook' });
export type WebhookView = z.infer<typeof webhookView>;

export const newWebhook = z.strictObject({
  url: webhookUrl,
  event_types: z.array(tripEventType).min(1).optional(),
});

/** Whether a webhooks process runs. Without one, events wait. */
export const webhookDelivery = z.enum(['running', 'no_worker', 'unknown']).meta({
  id: 'WebhookDeliveryState',
  description: 'no_worker: no webhooks process runs, so events wait; unknown: the probe failed',
});
export type WebhookDeliveryState = z.infer<typeof webhookDelivery>;

export const createdWebhook = webhookView
  .extend({
    secret: z.string().nullable().meta({
      description:
        'signs each message, as Standard Webhooks specifies; shown once: null if the Idempotency-Key was used before',
    }),
    delivery: webhookDelivery,
  })
  .meta({ id: 'CreatedWebhook' });

export const createWebhook = defineRoute({
  api: 'trips',
  method: 'POST',
  path: '/v1/webhooks',
  operationId: 'createWebhook',
  tag: 'webhooks',
  summary: 'Send the events of trips to a URL from now on',
  role: 'operator',
  scope: 'integrations',
  body: newWebhook,
  response: createdWebhook,
  status: 201,
  idempotencyKey: 'optional',
  errors: ['too_many_webhooks', 'webhook_target_refused', 'no_seal_key'],
});

export const listWebhooks = defineRoute({
  api: 'trips',
  method: 'GET',
  path: '/v1/webhooks',
  operationId: 'listWebhooks',
  tag: 'webhooks',
  summary: 'All webhooks, each with its number of waiting events',
  role: 'operator',
  scope: 'integrations',
  response: z.object({ data: z.array(webhookView), delivery: webhookDelivery }),
  status: 200,
  errors: [],
});

const webhookParams = z.object({ webhook_id: webhookId });

export const deleteWebhook = defineRoute({
  api: 'trips',
  method: 'DELETE',
  path: '/v1/webhooks/{webhook_id}',
  operationId: 'deleteWebhook',
  tag: 'webhooks',
  summary: 'Delete a webhook and its waiting events',
  role: 'operator',
  scope: 'integrations',
  params: webhookParams,
  response: webhookView,
  status: 200,
  idempotencyKey: 'optional',
  errors: ['webhook_not_found'],
});

export const rotateWebhookSecret = defineRoute({
  api: 'trips',
  method: 'POST',
  path: '/v1/webhooks/{webhook_id}/secret',
  operationId: 'rotateWebhookSecret',
  tag: 'webhooks',
  summary: 'Make a new secret, which is shown once; old ones sign beside it for a time',
  role: 'operator',
  scope: 'integrations',
  params: webhookParams,
  body: z.strictObject({
    keep_old_s: z.int().min(0).max(MAX_KEEP_OLD_S).default(DEFAULT_KEEP_OLD_S).meta({
      description: 'how long the old secrets sign beside the new one; 0 if they are known to others',
    }),
  }),
  response: z
    .object({
      webhook_id: webhookId,
      fingerprint,
      made_at: timestamp,
      secret: z.string().nullable().meta({
        description: 'shown once: null if the Idempotency-Key was used before',
      }),
    })
    .meta({ id: 'RotatedWebhookSecret' }),
  status: 201,
  idempotencyKey: 'optional',
  errors: ['webhook_not_found', 'too_many_webhook_secrets', 'no_seal_key'],
});

/** An event whose delivery was given up. Later events of its trip wait behind it. */
export const deadLetter = z
  .object({
    trip_id: tripId,
    seq: z.int(),
    attempts: z.int(),
    dead_at: timestamp,
    status: z.int().nullable().meta({ description: 'HTTP status of the last answer; null: no answer' }),
    error: z.string().nullable(),
    waiting_behind: z.int().min(0),
  })
  .meta({ id: 'DeadLetter' });
export type DeadLetter = z.infer<typeof deadLetter>;

export const listDeadLetters = defineRoute({
  api: 'trips',
  method: 'GET',
  path: '/v1/webhooks/{webhook_id}/dead-letters',
  operationId: 'listDeadLetters',
  tag: 'webhooks',
  summary: 'Events whose delivery to a webhook was given up, by trip',
  role: 'operator',
  scope: 'integrations',
  params: webhookParams,
  query: z.object({
    limit: z.coerce.number().int().min(1).max(MAX_DEAD_LETTERS_PER_PAGE).default(100),
    cursor: tripId.optional(),
  }),
  response: z.object({ data: z.array(deadLetter), next_cursor: tripId.nullable() }),
  status: 200,
  errors: ['webhook_not_found'],
});

export const replayDeadLetters = defineRoute({
  api: 'trips',
  method: 'POST',
  path: '/v1/webhooks/{webhook_id}/replay',
  operationId: 'replayDeadLetters',
  tag: 'webhooks',
  summary:
    'Retry the dead letters of a webhook, all or those of one trip, and the events that wait behind them',
  role: 'operator',
  scope: 'integrations',
  params: webhookParams,
  body: z.strictObject({ trip_id: tripId.optional() }),
  response: z.object({ replayed: z.int().min(0) }),
  status: 202,
  idempotencyKey: 'optional',
  errors: ['webhook_not_found'],
});
