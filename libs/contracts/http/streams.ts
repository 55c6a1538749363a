import { z } from 'zod';
import { timestamp } from '../values.ts';
import { defineRoute } from './route.ts';

/** How long a ticket is valid: just long enough to open a socket with it. */
export const TICKET_TTL_MS = 30_000;

export const streamTicket = z.object({ ticket: z.string(), expires_at: timestamp }).meta({
  id: 'StreamTicket',
  description: 'Opens one WebSocket: /v1/stream?ticket=…, for operators /v1/ops/stream?ticket=…',
});
export type StreamTicket = z.infer<typeof streamTicket>;

function ticketRoute<A extends 'rider' | 'driver'>(api: A) {
  return defineRoute({
    api,
    method: 'POST',
    path: '/v1/stream/tickets',
    operationId: 'createStreamTicket',
    tag: 'stream',
    summary: 'Get a single-use ticket for the WebSocket, so that no token is part of a URL',
    role: api,
    response: streamTicket,
    status: 201,
    budget: 'tickets',
    errors: [],
  });
}

export const postRiderTicket = ticketRoute('rider');
export const postDriverTicket = ticketRoute('driver');

export const postOperatorTicket = defineRoute({
  api: 'trips',
  method: 'POST',
  path: '/v1/ops/stream/tickets',
  operationId: 'createStreamTicket',
  tag: 'attention',
  summary:
    'Get a single-use ticket for the WebSocket /v1/ops/stream: what operators should look at, as it happens',
  role: 'operator',
  scope: 'ops.read',
  response: streamTicket,
  status: 201,
  budget: 'tickets',
  errors: [],
});
