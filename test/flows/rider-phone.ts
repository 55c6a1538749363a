import { once } from 'node:events';
import { WebSocket } from 'ws';
import {
  JSON_SUBPROTOCOL,
  newId,
  type Problem,
  type Quote,
  type RiderId,
  type RiderServerFrame,
  type RiderTrip,
} from '#libs/contracts';
import type { Point } from '#libs/geo';
import { tokenFor } from './tokens.ts';

const FRAME_LIMIT_MS = 30_000;

export interface Answer<T> {
  status: number;
  headers: Headers;
  body: T;
}

/** A rider's phone: REST calls, and a socket whose frames are kept in order. */
export class RiderPhone {
  readonly riderId: RiderId;
  readonly #api: string;
  readonly #token: string;
  readonly frames: RiderServerFrame[] = [];
  #socket: WebSocket | undefined;
  #wake: (() => void) | undefined;

  private constructor(riderId: RiderId, api: string, token: string) {
    this.riderId = riderId;
    this.#api = api;
    this.#token = token;
  }

  static async register(api: string, issuer: string): Promise<RiderPhone> {
    const riderId = newId('rider');
    return new RiderPhone(riderId, api, await tokenFor(issuer, 'rider', riderId));
  }

  async call<T>(
    method: 'GET' | 'POST',
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer<T>> {
    const response = await fetch(this.#api + path, {
      method,
      headers: {
        authorization: `Bearer ${this.#token}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status: response.status, headers: response.headers, body: (await response.json()) as T };
  }

  quote(pickup: Point, dropoff: Point): Promise<Answer<Quote>> {
    return this.call('POST', '/v1/quotes', { product: 'standard', pickup, dropoff });
  }

  requestTrip(quoteId: string, key: string): Promise<Answer<RiderTrip & Problem>> {
    return this.call('POST', '/v1/trips', { quote_id: quoteId }, { 'idempotency-key': key });
  }

  /** Quotes and requests; throws unless the trip was acknowledged. */
  async ride(pickup: Point, dropoff: Point): Promise<RiderTrip> {
    const { body } = await this.quote(pickup, dropoff);
    const requested = await this.requestTrip(body.quote_id, newId('event'));
    if (requested.status !== 201) throw new Error(`not requested: ${JSON.stringify(requested.body)}`);
    return requested.body;
  }

  async trip(tripId: string): Promise<RiderTrip> {
    return (await this.call<RiderTrip>('GET', `/v1/trips/${tripId}`)).body;
  }

  async connect(): Promise<void> {
    const { body } = await this.call<{ ticket: string }>('POST', '/v1/stream/tickets');
    const address = `${this.#api.replace('http', 'ws')}/v1/stream?ticket=${body.ticket}`;
    const socket = new WebSocket(address, JSON_SUBPROTOCOL);
    this.#socket = socket;
    socket.on('message', (data: Buffer) => {
      this.frames.push(JSON.parse(data.toString()) as RiderServerFrame);
      this.#wake?.();
    });
    await once(socket, 'open');
    await this.until((frame) => frame.type === 'welcome');
  }

  /** The first frame from now or before that fits. */
  async until<F extends RiderServerFrame>(fits: (frame: RiderServerFrame) => frame is F): Promise<F>;
  async until(fits: (frame: RiderServerFrame) => boolean): Promise<RiderServerFrame>;
  async until(fits: (frame: RiderServerFrame) => boolean): Promise<RiderServerFrame> {
    const deadline = performance.now() + FRAME_LIMIT_MS;
    for (;;) {
      const found = this.frames.find(fits);
      if (found !== undefined) return found;
      const leftMs = deadline - performance.now();
      if (leftMs <= 0) throw new Error(`the frame did not come: ${JSON.stringify(this.frames.slice(-5))}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, leftMs);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  /** Waits for the trip's change of this kind. */
  untilEvent(event: string) {
    return this.until(
      (frame): frame is Extract<RiderServerFrame, { type: 'trip' }> =>
        frame.type === 'trip' && frame.data.event === event,
    );
  }

  send(frame: unknown): void {
    this.#socket?.send(JSON.stringify(frame));
  }

  hangUp(): void {
    this.#socket?.terminate();
  }
}
