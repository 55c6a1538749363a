import { z } from 'zod';
import { attentionEntry, attentionKind, MAX_ATTENTION_PER_PAGE } from '../attention.ts';
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
