import { ERRORS, HailgridError, type ErrorCode } from '../errors.ts';
import type { HttpRoute } from '../http/route.ts';
import { problem, toProblem } from '../problem.ts';
import type { SchemaComponents } from './schema-components.ts';

const RETRY_AFTER = {
  'Retry-After': { description: 'Seconds to wait before a retry', schema: { type: 'integer' } },
};

/** One response for each error status of the route, with the error codes that have that status. */
export function problemResponses(route: HttpRoute, components: SchemaComponents): Record<string, unknown> {
  const codesByStatus = Map.groupBy(errorCodesOf(route), (code) => ERRORS[code].status);
  return Object.fromEntries(
    [...codesByStatus]
      .sort(([a], [b]) => a - b)
      .map(([status, codes]) => [
        String(status),
        {
          description: codes.map((code) => `\`${code}\`: ${ERRORS[code].title}`).join('\n\n'),
          ...(codes.some((code) => 'retryAfterS' in ERRORS[code]) && { headers: RETRY_AFTER }),
          content: {
            'application/problem+json': {
              schema: {
                allOf: [
                  components.answer(problem),
                  { properties: { code: { enum: codes, 'x-extensible-enum': codes } } },
                ],
              },
              examples: Object.fromEntries(
                codes.map((code) => [code, { value: toProblem(new HailgridError(code, 'an example')) }]),
              ),
            },
          },
        },
      ]),
  );
}

/** The route's own errors, and those that follow from its input, role and idempotency key. */
function errorCodesOf(route: HttpRoute): ErrorCode[] {
  const takesInput = route.params ?? route.query ?? route.body ?? route.idempotencyKey;
  return [
    ...new Set<ErrorCode>([
      ...(takesInput === undefined ? [] : (['invalid_request'] as const)),
      ...(route.body === undefined
        ? []
        : (['malformed_json', 'payload_too_large', 'unsupported_media_type', 'request_timeout'] as const)),
      ...(route.anyToken === true ? (['unauthenticated', 'token_expired'] as const) : []),
      ...(route.role === null ? [] : (['unauthenticated', 'token_expired', 'forbidden'] as const)),
      ...(route.scope === undefined ? [] : (['insufficient_scope'] as const)),
      ...(route.idempotencyKey === undefined ? [] : (['idempotency_key_reused'] as const)),
      ...(route.idempotencyKey === 'required' ? (['idempotency_key_required'] as const) : []),
      ...route.errors,
      'rate_limited',
      'internal',
      'unavailable',
      'overloaded',
      'shutting_down',
    ]),
  ];
}
