import { pause } from './backoff.ts';
import type { components, paths } from './generated/driver.ts';
import { newIdempotencyKey } from './idempotency-key.ts';
import { HailgridProblem } from './problem.ts';
import type { AnyFrame } from './socket/protocol.ts';
import {
  RECEIPT_ID,
  StreamingClient,
  type ChangeOptions,
  type ClientOptions,
  type ConnectionEvents,
} from './streaming-client.ts';
import { WaitingPositions } from './waiting-positions.ts';

type Schemas = components['schemas'];
type Frame = Schemas['DriverServerFrame'];
type DataOf<T extends Frame['type']> = Extract<Frame, { type: T }>['data'];

export type DriverView = Schemas['Driver'];
export type DriverOffer = Schemas['DriverOffer'];
export type DriverTrip = Schemas['DriverTrip'];
export type OnlineRequest = Schemas['OnlineRequest'];
export type Ping = Schemas['Ping'];
export type PositionsResult = Schemas['PositionsResult'];

/** A measured position; session, number and, unless given, the time are added. */
export type Fix = Omit<Ping, 'session' | 'seq' | 'recorded_at'> & { recorded_at?: string };

export interface DriverEvents extends ConnectionEvents {
  /** What the service knows of the driver, each time the WebSocket opens. */
  welcome: DriverView;
  /** A trip is proposed, until `expires_at`; the service is told at once that it was received. */
  offer: DriverOffer;
  /** An offer was withdrawn, answered, or has expired; without `event` if that happened while the WebSocket was lost. */
  offer_closed: Omit<DataOf<'offer_closed'>, 'event'> & Partial<Pick<DataOf<'offer_closed'>, 'event'>>;
  /** A change of a trip of the driver, and whether it is the current one, the next, or gone. */
  trip: DataOf<'trip'>;
  /** Where demand is expected; the driver is free to ignore it. */
  reposition: DataOf<'reposition'>;
}

type Steps = 'arrived' | 'start' | 'complete';

/** A driver: online and offline, positions, offers, and the steps of a ride. */
export class HailgridDriver extends StreamingClient<paths, DriverTrip, DriverEvents> {
  readonly #positions = new WaitingPositions();
  #session: number | null = null;
  #seq = 0;
  /** The offer that is open, as far as the app was told. */
  #offer: DriverOffer | undefined;

  constructor(options: ClientOptions) {
    super(options, (api) => api.call('post', '/v1/stream/tickets', { isRepeatable: true }));
  }

  /** Own status, session, open offer and trip. */
  async view(): Promise<DriverView> {
    return this.#adopt(await this.api.call('get', '/v1/driver', {}));
  }

  /** Goes online with a product and a vehicle. */
  async goOnline(body: OnlineRequest, options: ChangeOptions = {}): Promise<DriverView> {
    const view = await this.#change('online', body, options, 'driver', (idempotencyKey) =>
      this.api.call('post', '/v1/driver/online', { body, idempotencyKey }),
    );
    return this.#adopt(view);
  }

  /** Goes offline; an open offer counts as declined. */
  async goOffline(options: ChangeOptions = {}): Promise<DriverView> {
    const view = await this.#change('offline', {}, options, 'driver', (idempotencyKey) =>
      this.api.call('post', '/v1/driver/offline', { idempotencyKey }),
    );
    return this.#adopt(view);
  }

  /** Sends a position, or keeps it until the WebSocket is open again. @throws HailgridProblem `driver_offline` before `goOnline` */
  sendPosition(fix: Fix): void {
    this.#positions.add(this.#ping(fix));
    this.#sendWaiting();
  }

  /** Sends positions by REST, for an app without a WebSocket; the answer has an open offer too. */
  async sendPositions(fixes: readonly Fix[]): Promise<PositionsResult> {
    const positions = fixes.map((fix) => this.#ping(fix));
    return this.api.call('post', '/v1/driver/positions', { body: { positions }, isRepeatable: true });
  }

  accept(offerId: string, options: ChangeOptions = {}): Promise<DriverTrip> {
    return this.#answer('accept', offerId, options);
  }

  /** The driver is not offered this trip again, or not for some minutes. */
  decline(offerId: string, options: ChangeOptions = {}): Promise<DriverTrip> {
    return this.#answer('decline', offerId, options);
  }

  /** The driver is at the pickup; needs a recent position there. */
  arrive(tripId: string, options: ChangeOptions = {}): Promise<DriverTrip> {
    return this.#step('arrived', tripId, options);
  }

  /** The rider is on board. */
  start(tripId: string, options: ChangeOptions = {}): Promise<DriverTrip> {
    return this.#step('start', tripId, options);
  }

  /** The rider is at the dropoff. */
  complete(tripId: string, options: ChangeOptions = {}): Promise<DriverTrip> {
    return this.#step('complete', tripId, options);
  }

  /** Gives the trip back; it is matched with another driver. */
  async cancel(tripId: string, reason?: string, options: ChangeOptions = {}): Promise<DriverTrip> {
    const why = reason === undefined ? {} : { reason };
    return this.#change('cancel', { trip_id: tripId, ...why }, options, 'trip', (idempotencyKey) =>
      this.api.call('post', '/v1/trips/{trip_id}/cancel', {
        params: { trip_id: tripId },
        body: why,
        idempotencyKey,
      }),
    );
  }

  protected receive(received: AnyFrame): void {
    const frame = received as Frame;
    switch (frame.type) {
      case 'welcome':
        this.#welcome(frame.data.driver);
        return;
      case 'offer':
        this.#offered(frame.data);
        return;
      case 'offer_closed':
        this.#offer = undefined;
        this.events.emit('offer_closed', frame.data);
        return;
      case 'trip':
        if (!this.seen.see(frame.data.trip)) return;
        if (frame.data.standing === 'gone') this.seen.forget(frame.data.trip.trip_id);
        this.events.emit('trip', frame.data);
        return;
      case 'reposition':
        this.events.emit('reposition', frame.data);
        return;
      default:
    }
  }

  #welcome(driver: DriverView): void {
    this.#adopt(driver);
    this.events.emit('welcome', driver);
    const known = this.#offer;
    if (known !== undefined && known.offer_id !== driver.offer?.offer_id) {
      this.#offer = undefined;
      this.events.emit('offer_closed', { offer_id: known.offer_id, trip_id: known.trip_id });
    }
    if (driver.offer !== null) this.#offered(driver.offer);
    this.#sendWaiting();
  }

  #offered(offer: DriverOffer): void {
    this.sendFrame(JSON.stringify({ type: 'received', id: RECEIPT_ID, data: { offer_id: offer.offer_id } }));
    if (offer.offer_id === this.#offer?.offer_id) return;
    this.#offer = offer;
    this.events.emit('offer', offer);
  }

  #adopt(view: DriverView): DriverView {
    if (view.session !== this.#session) {
      this.#session = view.session;
      this.#seq = 0;
      this.#positions.clear();
    }
    this.#seq = Math.max(this.#seq, view.last_seq ?? 0);
    for (const trip of [view.trip, view.next_trip]) if (trip !== null) this.seen.see(trip);
    return view;
  }

  #ping(fix: Fix): Ping {
    if (this.#session === null)
      throw new HailgridProblem('driver_offline', 'positions belong to a session: go online first');
    const recordedAt = fix.recorded_at ?? new Date(this.serverNow()).toISOString();
    return { ...fix, session: this.#session, seq: ++this.#seq, recorded_at: recordedAt };
  }

  #sendWaiting(): void {
    this.#positions.drain((ping) => this.sendFrame(JSON.stringify({ type: 'position', data: ping })));
  }

  async #answer(type: 'accept' | 'decline', offerId: string, options: ChangeOptions): Promise<DriverTrip> {
    const trip = await this.#change(type, { offer_id: offerId }, options, 'trip', (idempotencyKey) =>
      this.api.call('post', `/v1/offers/{offer_id}/${type}`, {
        params: { offer_id: offerId },
        idempotencyKey,
      }),
    );
    // Remembered, so that its changes are asked for after a reconnect.
    if (type === 'accept' && this.seen.get(trip.trip_id) === undefined) this.seen.see(trip);
    return trip;
  }

  #step(type: Steps, tripId: string, options: ChangeOptions): Promise<DriverTrip> {
    return this.#change(type, { trip_id: tripId }, options, 'trip', (idempotencyKey) =>
      this.api.call('post', `/v1/trips/{trip_id}/${type}`, { params: { trip_id: tripId }, idempotencyKey }),
    );
  }

  /**
   * Makes a change by the WebSocket. Without one, or if it is lost before the answer, by REST with the same key: the
   * service makes the change once, whichever way it came.
   */
  async #change<K extends 'driver' | 'trip', R extends (K extends 'driver' ? DriverView : DriverTrip)>(
    type: string,
    data: object,
    options: ChangeOptions,
    wanted: K,
    byRest: (idempotencyKey: string) => Promise<R>,
  ): Promise<R> {
    const key = options.idempotencyKey ?? newIdempotencyKey();
    if (this.isConnected) {
      try {
        const ack = (await this.answers.ask(type, data, key)) as Partial<Record<K, R>>;
        if (ack[wanted] !== undefined) return ack[wanted];
      } catch (error) {
        if (!(error instanceof HailgridProblem) || !error.isTransient) throw error;
        if (error.retryAfterMs !== undefined) await pause(error.retryAfterMs);
      }
    }
    return byRest(key);
  }
}
