import type { components, paths } from './generated/rider.ts';
import { newIdempotencyKey } from './idempotency-key.ts';
import { HailgridProblem } from './problem.ts';
import type { AnyFrame } from './socket/protocol.ts';
import { hasEnded } from './socket/seen-trips.ts';
import {
  StreamingClient,
  type ChangeOptions,
  type ClientOptions,
  type ConnectionEvents,
} from './streaming-client.ts';

type Schemas = components['schemas'];
type Frame = Schemas['RiderServerFrame'];
type DataOf<T extends Frame['type']> = Extract<Frame, { type: T }>['data'];

export type Quote = Schemas['Quote'];
export type QuoteRequest = Schemas['QuoteRequest'];
export type RiderTrip = Schemas['RiderTrip'];
export type TripPage = Schemas['TripPage'];
export type TripState = Schemas['TripState'];
export type TripEventType = Schemas['TripEventType'];
export type DriverPosition = DataOf<'driver_position'>;

export interface RiderEvents extends ConnectionEvents {
  /** A change of one of the rider's trips: each once and in order. */
  trip: DataOf<'trip'>;
  /** Where the driver of the current trip is, at most once a second. */
  driver_position: DriverPosition;
}

/** A rider: quotes, trips, and their changes as they happen. */
export class HailgridRider extends StreamingClient<paths, RiderTrip, RiderEvents> {
  constructor(options: ClientOptions) {
    super(options, (api) => api.call('post', '/v1/stream/tickets', { isRepeatable: true }));
  }

  /** All products with their tariffs. */
  async products() {
    return (await this.api.call('get', '/v1/products', {})).data;
  }

  /** Upfront fare and times. */
  quote(body: QuoteRequest, options: ChangeOptions = {}): Promise<Quote> {
    return this.api.call('post', '/v1/quotes', { body, ...keyed(options) });
  }

  /** Requests the trip of a quote. Once it is acknowledged, nothing loses it. */
  async requestTrip(quoteId: string, options: ChangeOptions = {}): Promise<RiderTrip> {
    return this.#saw(
      await this.api.call('post', '/v1/trips', {
        body: { quote_id: quoteId },
        ...keyed(options),
      }),
    );
  }

  /** Cancels a trip before the ride has started. */
  async cancelTrip(tripId: string, reason?: string, options: ChangeOptions = {}): Promise<RiderTrip> {
    return this.#saw(
      await this.api.call('post', '/v1/trips/{trip_id}/cancel', {
        params: { trip_id: tripId },
        body: reason === undefined ? {} : { reason },
        ...keyed(options),
      }),
    );
  }

  async trip(tripId: string): Promise<RiderTrip> {
    return this.#saw(await this.api.call('get', '/v1/trips/{trip_id}', { params: { trip_id: tripId } }));
  }

  /** Own trips, newest first; `next_cursor` of a page gets the next one. */
  trips(query: { cursor?: string; limit?: number } = {}): Promise<TripPage> {
    return this.api.call('get', '/v1/trips', { query });
  }

  /** Waits until the trip is as asked, or has ended; by default until it has ended. Needs `connect`. */
  async waitFor(tripId: string, isAsked: (trip: RiderTrip) => boolean = hasEnded): Promise<RiderTrip> {
    let stops: (() => void)[] = [];
    const awaited = new Promise<RiderTrip>((resolve, reject) => {
      const look = (trip: RiderTrip): void => {
        if (trip.trip_id === tripId && (isAsked(trip) || hasEnded(trip))) resolve(trip);
      };
      stops = [
        this.on('trip', ({ trip }) => look(trip)),
        this.on('end', (end) => reject(new HailgridProblem('stopped', `the WebSocket is ${end}`))),
      ];
      const seen = this.seen.get(tripId);
      if (seen === undefined) this.trip(tripId).then(look, reject);
      else look(seen);
    });
    try {
      return await awaited;
    } finally {
      for (const stop of stops) stop();
    }
  }

  protected receive(received: AnyFrame): void {
    const frame = received as Frame;
    if (frame.type === 'trip' && this.seen.see(frame.data.trip)) this.events.emit('trip', frame.data);
    if (frame.type === 'driver_position') this.events.emit('driver_position', frame.data);
  }

  /** Remembers a trip, so that its changes are asked for after a reconnect. */
  #saw(trip: RiderTrip): RiderTrip {
    if (this.seen.get(trip.trip_id) === undefined) this.seen.see(trip);
    return trip;
  }
}

/** With a new key unless there is one. */
function keyed({ idempotencyKey = newIdempotencyKey(), ...options }: ChangeOptions) {
  return { ...options, idempotencyKey };
}
