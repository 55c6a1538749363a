import { z } from 'zod';
import { attentionEntry, attentionKind, MAX_ATTENTION_PER_PAGE } from '../attention.ts';
import { typedText } from '../text.ts';
import { defineRoute } from './route.ts';

/** How many entries a page lists unless the request says how many. */
const DEFAULT_ATTENTION_PER_PAGE = 50;

export const getAttention = defineRoute({
  api: 'trips',
  method: 'GET',
  path: '/v1/ops/attention',
  operationId: 'listAttention',
  tag: 'attention',
  summary:
    'What operators should look at, oldest first: the entries of the stream /v1/ops/stream, kept for a week',
  role: 'operator',
  scope: 'ops.read',
  query: z.strictObject({
    kind: attentionKind.optional(),
    open: z.literal('true').optional().meta({ description: 'only those that nobody has acknowledged' }),
    limit: z.coerce.number().int().min(1).max(MAX_ATTENTION_PER_PAGE).default(DEFAULT_ATTENTION_PER_PAGE),
    cursor: z.coerce
      .number()
      .int()
      .min(0)
      .max(Number.MAX_SAFE_INTEGER)
      .default(0)
      .meta({ description: 'only entries after this number' }),
  }),
  response: z.object({
    data: z.array(attentionEntry),
    next_cursor: z.int().nullable().meta({ description: 'null: no further entry now' }),
  }),
  status: 200,
  errors: [],
});

/** How far open entries are counted: more are as many for whoever looks at the number. */
export const MAX_COUNTED_ATTENTION = 100;

export const getAttentionCount = defineRoute({
  api: 'trips',
  method: 'GET',
  path: '/v1/ops/attention/count',
  operationId: 'countAttention',
  tag: 'attention',
  summary:
    'How many entries nobody has acknowledged, to be asked every few seconds; not written to the audit',
  role: 'operator',
  scope: 'ops.read',
  response: z
    .object({
      open: z
        .int()
        .min(0)
        .max(MAX_COUNTED_ATTENTION)
        .meta({ description: `${MAX_COUNTED_ATTENTION}: so many or more` }),
      newest: z.int().min(0).meta({ description: 'number of the newest entry of the feed; 0: none yet' }),
    })
    .meta({ id: 'AttentionCount' }),
  status: 200,
  errors: [],
});
export type AttentionCount = z.infer<typeof getAttentionCount.response>;

/** How many characters an operator may note about an entry; a longer note gets 400. */
const MAX_NOTE_LENGTH = 500;

const acknowledgeRequest = z
  .strictObject({ note: typedText(MAX_NOTE_LENGTH, { lines: true }).optional() })
  .meta({ id: 'AcknowledgeRequest' });
export type AcknowledgeRequest = z.infer<typeof acknowledgeRequest>;

export const postAcknowledge = defineRoute({
  api: 'trips',
  method: 'POST',
  path: '/v1/ops/attention/{number}/acknowledge',
  operationId: 'acknowledgeAttention',
  tag: 'attention',
  summary: 'Take an entry on by name; what somebody has acknowledged already stays theirs',
  role: 'operator',
  scope: 'ops.write',
  params: z.strictObject({
    number: z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER).meta({ description: 'of the entry' }),
  }),
  body: acknowledgeRequest.prefault({}),
  response: attentionEntry,
  status: 200,
  idempotencyKey: 'optional',
  errors: ['attention_not_found', 'idempotency_key_reused'],
});
