/** What an error means for its caller. */
interface ErrorSpec {
  /** HTTP status of the response. */
  status: number;
  /** Short and stable; RFC 9457 `title`. */
  title: string;
  /** Seconds to wait before a retry; becomes `Retry-After`. */
  retryAfterS?: number;
}

/** Every error of the system by its stable code. The only place that maps codes to HTTP statuses. */
export const ERRORS = {
  invalid_request: { status: 400, title: 'The request does not have the expected form' },
  malformed_json: { status: 400, title: 'The body is not valid JSON' },
  idempotency_key_required: { status: 400, title: 'This call needs an Idempotency-Key header' },
  unauthenticated: { status: 401, title: 'A valid bearer token is needed' },
  token_expired: { status: 401, title: 'The token has expired' },
  ticket_invalid: { status: 401, title: 'The stream ticket is unknown, used or expired' },
  forbidden: { status: 403, title: 'This token may not do that' },
  insufficient_scope: { status: 403, title: 'This token lacks the scope for that' },
  not_found: { status: 404, title: 'There is nothing at this address' },
  trip_not_found: { status: 404, title: 'No such trip' },
  quote_not_found: { status: 404, title: 'No such quote' },
  driver_not_found: { status: 404, title: 'No such driver' },
  offer_not_found: { status: 404, title: 'No such offer' },
  matcher_not_found: { status: 404, title: 'No such matcher' },
  attention_not_found: { status: 404, title: 'No such entry of the attention feed' },
  webhook_not_found: { status: 404, title: 'No such webhook' },
  method_not_allowed: { status: 405, title: 'This address does not support the method' },
  request_timeout: { status: 408, title: 'The request did not arrive in time' },
  quote_expired: { status: 409, title: 'The quote has expired; ask for a new one' },
  too_many_open_trips: { status: 409, title: 'The rider has as many open trips as allowed' },
  quote_used: { status: 409, title: 'The quote was used for another trip' },
  illegal_transition: { status: 409, title: 'The trip is in a state that does not allow this' },
  no_recent_position: { status: 409, title: 'The driver has sent no position lately' },
  too_far_from_pickup: { status: 409, title: 'The driver is too far from the pickup' },
  ride_too_short: { status: 409, title: 'No car can have driven the ride in this time' },
  offer_closed: { status: 409, title: 'The offer was answered, withdrawn or has expired' },
  driver_on_trip: { status: 409, title: 'The driver has a trip to finish first' },
  driver_claimed: { status: 409, title: 'The driver is bound by another offer or trip' },
  driver_excluded: {
    status: 409,
    title: 'The driver refused the trip, gave it back or did not answer; only force assigns it',
  },
  driver_of_other_product: {
    status: 409,
    title: 'The driver drives another product than the trip was requested for',
  },
  driver_offline: { status: 409, title: 'The driver is not online' },
  session_superseded: { status: 409, title: 'A newer session of this driver is online' },
  too_many_webhooks: { status: 409, title: 'The maximum number of webhooks exists already' },
  too_many_webhook_secrets: {
    status: 409,
    title:
      'The webhook has as many secrets as allowed; wait for one to expire, or keep none with keep_old_s 0',
  },
  no_seal_key: { status: 409, title: 'No key to seal the secrets of webhooks with is configured' },
  process_state: { status: 409, title: 'The process is in a state that does not allow this' },
  precondition_failed: { status: 412, title: 'It has changed since: If-Match names another version' },
  payload_too_large: { status: 413, title: 'The body or frame is too large' },
  unsupported_media_type: { status: 415, title: 'Only application/json is understood' },
  idempotency_key_reused: { status: 422, title: 'The Idempotency-Key was used with another request' },
  outside_service_area: { status: 422, title: 'The point lies outside the service area' },
  webhook_target_refused: { status: 422, title: 'Webhooks do not call this address' },
  route_too_short: { status: 422, title: 'Pickup and dropoff are the same place' },
  no_route: { status: 422, title: 'No street leads from pickup to dropoff' },
  ride_too_long: { status: 422, title: 'The ride would take longer than this service drives' },
  position_stale: { status: 422, title: 'The position is older than one already known' },
  position_duplicate: { status: 422, title: 'A position with this sequence number is already known' },
  position_implausible: { status: 422, title: 'The position is further away than a vehicle can be' },
  clock_offset_too_large: { status: 422, title: 'The clock of the phone is more than a day off' },
  rate_limited: { status: 429, title: 'Too many requests', retryAfterS: 1 },
  headers_too_large: { status: 431, title: 'The header fields are too large' },
  internal: { status: 500, title: 'Something went wrong on our side' },
  unavailable: { status: 503, title: 'The service cannot answer just now', retryAfterS: 1 },
  overloaded: { status: 503, title: 'The service has more to do than it can', retryAfterS: 5 },
  shutting_down: { status: 503, title: 'The service is going down; connect again', retryAfterS: 1 },
} as const satisfies Record<string, ErrorSpec>;

/** Stable, machine-readable; part of the public API. */
export type ErrorCode = keyof typeof ERRORS;

/** One invalid member of a request, as a JSON pointer and a sentence. */
export interface FieldIssue {
  pointer: string;
  message: string;
}

/** How many mistakes of a request an answer lists. */
const MAX_ISSUES = 10;

export interface ErrorDetails {
  /** Shown to the caller beside the title. Never contains secrets or another party's data. */
  detail?: string;
  issues?: readonly FieldIssue[];
  /** Seconds to wait before a retry, where it is not that of {@link ERRORS}. */
  retryAfterS?: number;
  /** How far the caller is from where it should be. */
  distanceM?: number;
  cause?: unknown;
}

/**
 * The one error class. `message` is for the log, `detail` and `issues` are for the caller; the code decides the
 * rest through {@link ERRORS}.
 */
export class HailgridError extends Error {
  override readonly name = 'HailgridError';
  readonly code: ErrorCode;
  readonly detail: string | undefined;
  readonly issues: readonly FieldIssue[];
  readonly distanceM: number | undefined;
  readonly #retryAfterS: number | undefined;

  constructor(code: ErrorCode, internalMessage: string, details: ErrorDetails = {}) {
    super(`${code}: ${internalMessage}`, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.detail = details.detail;
    this.issues = details.issues?.slice(0, MAX_ISSUES) ?? [];
    this.distanceM = details.distanceM;
    this.#retryAfterS = details.retryAfterS;
  }

  get status(): number {
    return ERRORS[this.code].status;
  }

  get retryAfterS(): number | undefined {
    const spec: ErrorSpec = ERRORS[this.code];
    return this.#retryAfterS ?? spec.retryAfterS;
  }
}
