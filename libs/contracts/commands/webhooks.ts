import { z } from 'zod';
import { defineCommand } from '../command.ts';
import { tripId, webhookId } from '../ids.ts';
import { MAX_WEBHOOK_SECRETS } from '../http/webhooks.ts';
import { webhookEvent } from '../webhook-event.ts';

/** How many events one command turns into deliveries; the rest go into the next batch. */
export const MAX_EVENTS_PER_INTAKE = 500;
/** How many deliveries one command takes; the rest are taken later. */
export const MAX_DELIVERIES_PER_TAKE = 100;
/** How many outcomes one command reports. */
export const MAX_DELIVERY_REPORTS = 500;
/** How many webhooks there may be; one more gets 409. Each event is a row for each webhook. */
export const MAX_WEBHOOKS = 50;

/** How many characters a sealed secret may have: a secret of 64 bytes needs some 500. */
const MAX_SEALED_CHARS = 1_000;

const eventNumber = z.object({ trip_id: tripId, seq: z.int().min(1) });

/** Creates the deliveries of trips up to these events, for every webhook. Ignores events that were taken in before. */
export const takeInEvents = defineCommand(
  'webhooks',
  'trips.webhooks.take_in',
  z.object({ events: z.array(eventNumber).max(MAX_EVENTS_PER_INTAKE) }),
  z.object({ deliveries: z.int().meta({ description: 'deliveries created for these events' }) }),
  { callers: ['webhooks'] },
);

const delivery = z.object({
  webhook_id: webhookId,
  trip_id: tripId,
  seq: z.int(),
  attempt: z.int().min(1),
  url: z.string(),
  secrets: z
    .array(z.string().max(MAX_SEALED_CHARS))
    .min(1)
    .max(MAX_WEBHOOK_SECRETS)
    .meta({ description: 'newest first; each a JWE that only `webhooks` can open' }),
  message: webhookEvent.meta({ description: 'the body; `webhooks` gets nothing that it does not send' }),
});
export type WebhookDelivery = z.infer<typeof delivery>;

/** Deliveries that are due, at most one per trip and webhook; no other process gets them until the lease ends. */
export const takeDeliveries = defineCommand(
  'webhooks',
  'trips.webhooks.take',
  z.object({
    limit: z.int().min(1).max(MAX_DELIVERIES_PER_TAKE),
    /** How many deliveries one webhook may have under way at this caller, including those of `under_way`. */
    per_webhook: z.int().min(1),
    under_way: z.array(z.object({ webhook_id: webhookId, count: z.int().min(1) })).max(MAX_WEBHOOKS),
    lease_ms: z.number().positive(),
  }),
  z.object({ deliveries: z.array(delivery) }),
  { callers: ['webhooks'] },
);

/** Outcome of an attempt: delivered, to be retried after a pause, or a dead letter. */
export const deliveryReport = z.object({
  webhook_id: webhookId,
  trip_id: tripId,
  seq: z.int(),
  attempt: z.int().min(1),
  outcome: z.enum(['delivered', 'retry', 'dead']),
  retry_in_ms: z.number().min(0),
  status: z.int().nullable(),
  error: z.string().max(500).nullable(),
  /** `refused`: the same message would be refused again; `gone`: the endpoint wants no more messages (410). */
  refusal: z.enum(['refused', 'gone']).nullable().optional(),
  /** How long the endpoint asked not to be called at all (`Retry-After`). */
  hold_ms: z.number().min(0).optional(),
});
export type DeliveryReport = z.infer<typeof deliveryReport>;

/** Outcomes of delivery attempts. Ends the lease of each delivery. */
export const reportDeliveries = defineCommand(
  'webhooks',
  'trips.webhooks.report',
  z.object({ reports: z.array(deliveryReport).max(MAX_DELIVERY_REPORTS) }),
  z.object({}),
  { callers: ['webhooks'] },
);
