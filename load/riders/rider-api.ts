import http from 'k6/http';
import type { RefinedResponse } from 'k6/http';
import type {
  Quote,
  QuoteRequest,
  RiderTrip,
  cancelRequest,
  streamTicket,
  tokenResponse,
  tripRequest,
} from '#libs/contracts';
import type { z } from 'zod';

type StreamTicket = z.infer<typeof streamTicket>;
type Token = z.infer<typeof tokenResponse>;

/** A response; `body` is undefined unless the call succeeded. */
export interface Answer<T> {
  status: number;
  body: T | undefined;
}

/** A rider's calls. Each is tagged with its name, so that thresholds and summaries distinguish them. */
export class RiderApi {
  readonly #url: string;
  readonly #token: string;

  constructor(url: string, token: string) {
    this.#url = url;
    this.#token = token;
  }

  quote(request: QuoteRequest): Answer<Quote> {
    return this.#post('quote', '/v1/quotes', request);
  }

  requestTrip(request: z.infer<typeof tripRequest>, idempotencyKey: string): Answer<RiderTrip> {
    return this.#post('trip_request', '/v1/trips', request, idempotencyKey);
  }

  streamTicket(): Answer<StreamTicket> {
    return this.#post('stream_ticket', '/v1/stream/tickets', {});
  }

  /** Accepts 409 as a success: the trip may have changed before the cancel arrived. */
  cancel(tripId: string, request: z.infer<typeof cancelRequest>): Answer<RiderTrip> {
    return this.#post('cancel', `/v1/trips/${tripId}/cancel`, request, undefined, [200, 409]);
  }

  streamUrl(ticket: string): string {
    return `${this.#url.replace(/^http/, 'ws')}/v1/stream?ticket=${encodeURIComponent(ticket)}`;
  }

  #post<T>(
    name: string,
    path: string,
    body: object,
    idempotencyKey?: string,
    expected?: number[],
  ): Answer<T> {
    const response = http.post(this.#url + path, JSON.stringify(body), {
      headers: {
        authorization: `Bearer ${this.#token}`,
        'content-type': 'application/json',
        ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
      },
      tags: { name },
      ...(expected !== undefined && { responseCallback: http.expectedStatuses(...expected) }),
    });
    return toAnswer<T>(response);
  }
}

function toAnswer<T>(response: RefinedResponse<'text'>): Answer<T> {
  const succeeded = response.status >= 200 && response.status < 300;
  return { status: response.status, body: succeeded ? (response.json() as unknown as T) : undefined };
}

/** A token for a new rider. */
export function issueToken(issuerUrl: string): Answer<Token> {
  const response = http.post(`${issuerUrl}/v1/tokens`, JSON.stringify({ role: 'rider' }), {
    headers: { 'content-type': 'application/json' },
    tags: { name: 'token' },
  });
  return toAnswer<Token>(response);
}
