import type { z } from 'zod';
import type { ErrorCode } from '../errors.ts';
import type { Role, Scope } from '../ids.ts';

/** Calls that are limited more strictly than the others. */
export type CallBudget = 'quotes' | 'cancels' | 'tickets';

/** The groups of routes, each with what it is about. */
export const ROUTE_TAGS = {
  attention: 'What operators should look at.',
  drivers: 'Drivers as operators see them.',
  matching: 'Shards, and the matchers that own them.',
  offers: 'Trips that are proposed to a driver.',
  operations: 'What the system stands on.',
  quotes: 'Fares and times before a trip.',
  ride: 'The steps of a driver with a trip.',
  shift: 'A driver who goes online, reports positions and goes offline.',
  'sign-in': 'Sign-in by OpenID Connect, in development.',
  stream: 'Tickets for the WebSocket; its frames are in the AsyncAPI document.',
  tokens: 'Tokens for development.',
  trips: 'Trips, from the request to the end.',
  webhooks: 'Addresses that get the events of trips.',
} as const;
export type RouteTag = keyof typeof ROUTE_TAGS;

/**
 * One route of the public API. The handler's validation, the OpenAPI document and the clients' types come from it; a
 * test compares the documented routes with those of a running service.
 */
export interface HttpRoute {
  api: 'rider' | 'driver' | 'trips' | 'issuer';
  method: 'GET' | 'POST' | 'DELETE';
  /** With OpenAPI's `{name}` for parameters. */
  path: string;
  /** A verb and its object, such as `createQuote`: the name of the call in clients. Unique in its API, and never changed. */
  operationId: string;
  /** The group of the route in the documents. */
  tag: RouteTag;
  summary: string;
  /** Null: no token is needed. */
  role: Role | null;
  /** What an operator's token must allow; each operator's route has one. */
  scope?: Scope;
  params?: z.ZodObject;
  query?: z.ZodObject;
  body?: z.ZodType;
  response: z.ZodType;
  /** 303: the answer is always a redirect, and has no content. */
  status: 200 | 201 | 202 | 303;
  /** The answer is a page for a person; JSON otherwise. */
  page?: true;
  /** The answer may be a redirect (303) instead. */
  mayRedirect?: true;
  /** The body is a form (`application/x-www-form-urlencoded`); JSON otherwise. */
  form?: true;
  /** Refusals are those of OAuth (RFC 6749, 5.2) in place of problems. */
  oauthErrors?: true;
  /** A token of any role is enough, but there must be one. */
  anyToken?: true;
  /** `required` if the call creates something, `optional` if it changes something. */
  idempotencyKey?: 'required' | 'optional';
  /** The answer has an ETag, and a matching If-None-Match gets 304. */
  etag?: true;
  /** A limit of calls per caller of its own, beside that of all calls. */
  budget?: CallBudget;
  /** The answer has an ETag, and the call is refused with 412 if an If-Match names another version. */
  ifMatch?: true;
  /** In addition to those of any call (invalid_request, unauthenticated, forbidden, unavailable …). */
  errors: readonly ErrorCode[];
}

export function defineRoute<const R extends HttpRoute>(route: R): R {
  return route;
}

/** `/v1/trips/{trip_id}` as routers write it: `/v1/trips/:trip_id`. */
export function routerPath(route: Pick<HttpRoute, 'path'>): string {
  return route.path.replaceAll(/\{(\w+)\}/g, ':$1');
}

/** How long a request body may be; a longer one gets 413. Frames of a WebSocket have a bound of their own. */
export const MAX_BODY_BYTES = 64 * 1024;
