import type { z } from 'zod';
import type { ErrorCode } from '../errors.ts';
import type { Role } from '../ids.ts';

/**
 * One route of the public API. Validation in the handler, the OpenAPI document and the clients' types come from the
 * same object; a test compares the documented routes with those that a running service has.
 */
export interface HttpRoute {
  api: 'rider' | 'driver' | 'trips' | 'issuer';
  method: 'GET' | 'POST' | 'DELETE';
  /** With `{name}` for parameters, as OpenAPI writes it. */
  path: string;
  summary: string;
  /** Null: no token is needed. */
  role: Role | null;
  params?: z.ZodObject;
  query?: z.ZodObject;
  body?: z.ZodType;
  response: z.ZodType;
  status: 200 | 201 | 202;
  /** `required` where the call creates something, `optional` where it changes something. */
  idempotencyKey?: 'required' | 'optional';
  /** Where the answer carries an ETag and If-None-Match is answered 304. */
  etag?: true;
  /** Beside those that any call can meet (invalid_request, unauthenticated, forbidden, unavailable …). */
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
