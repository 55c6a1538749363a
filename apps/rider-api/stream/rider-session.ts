import type { NatsConnection, Subscription } from '@nats-io/transport-node';
import { subscribeJson, type CommandClient, type DroppedMessage } from '#libs/bus';
import { machineTime, onBehalfOf, type Clock, type Logger, type Cancel } from '#libs/service';
import {
  listTrips,
  MAX_RESUMED_TRIPS,
  replayTrip,
  riderPushSubject,
  toRiderTrip,
  toTimestamp,
  tripChange,
  type RiderId,
  type RiderServerFrame,
  type TripChange,
  type TripId,
  type TripRecord,
} from '#libs/contracts';
import { CLOSE, type StreamConnection } from '#libs/stream';
import { isTerminal } from '#libs/trip';
import { DriverTracking } from './driver-tracking.ts';
import { TripFeed, type SeenChange } from './trip-feed.ts';

/** Shared by all sessions of a process. */
export interface SessionContext {
  bus: NatsConnection;
  commands: CommandClient;
  clock: Clock;
  logger: Logger;
  /** Maximum time until a change hidden by a lost push is found; machine time. */
  lostPushCheckMs: number;
  onDropped: DroppedMessage;
}

/** How long to wait after a failed check for lost pushes before the next one. */
const RETRY_CHECK_MS = 1_000;
/** How many trips a socket remembers; beyond that the oldest is forgotten, and read again if it changes. */
export const MAX_FEEDS = 100;

/** One socket of a rider: its trips' changes and its drivers' positions. Any instance can rebuild this state. */
export class RiderSession {
  readonly #context: SessionContext;
  readonly #connection: StreamConnection<RiderServerFrame>;
  readonly #riderId: RiderId;
  readonly #feeds = new Map<TripId, TripFeed>();
  readonly #openTrips = new Set<TripId>();
  readonly #tracking: DriverTracking;
  #pushes: Subscription | undefined;
  #cancelChecks: Cancel = () => {};
  #cancelCheck: Cancel = () => {};
  #checkDue = false;
  #lastReplay: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(context: SessionContext, connection: StreamConnection<RiderServerFrame>, riderId: RiderId) {
    this.#context = context;
    this.#connection = connection;
    this.#riderId = riderId;
    this.#tracking = new DriverTracking({
      bus: context.bus,
      onPosition: (position) => connection.send({ type: 'driver_position', data: position }),
      onDropped: context.onDropped,
    });
  }

  /**
   * Subscribes, reads the newest trips, and sends `welcome`. The client gets every later change; it requests earlier
   * ones by `resume`.
   */
  async open(): Promise<void> {
    const { bus, clock, lostPushCheckMs, onDropped } = this.#context;
    const early = new Map<TripId, number>();
    let receive = ({ event: { trip_id, seq } }: TripChange): void => {
      early.set(trip_id, Math.max(seq, early.get(trip_id) ?? 0));
    };
    this.#pushes = subscribeJson(
      bus,
      riderPushSubject(this.#riderId),
      tripChange,
      (change) => receive(change),
      onDropped,
    );
    await bus.flush();
    const trips = await this.#readTrips();
    if (this.#closed) return;
    for (const trip of trips) this.#begin(trip);
    this.#connection.send({
      type: 'welcome',
      data: { rider_id: this.#riderId, at: toTimestamp(clock.now()) },
    });
    receive = (change) => this.#receive(change);
    for (const [tripId, seq] of early) this.#closeOnFailure(this.#feedOf(tripId, 0).reach(seq));
    this.#cancelChecks = clock.every(machineTime(clock, lostPushCheckMs), () => this.#checkIfDue());
  }

  /** After a possible loss of pushes: checks in `ms` milliseconds whether the client has missed changes. */
  checkAfter(ms: number): void {
    this.#checkDue = true;
    this.#cancelCheck();
    const { clock } = this.#context;
    this.#cancelCheck = clock.after(machineTime(clock, ms), () => this.#checkIfDue());
  }

  /** Sends the changes that the client lacks. For another rider's trip throws `trip_not_found`, after all others. */
  async resume(trips: readonly { trip_id: TripId; last_seq: number }[]): Promise<void> {
    const resumed = await Promise.allSettled(
      trips.map(({ trip_id, last_seq }) => this.#feedOf(trip_id, last_seq).resume(last_seq)),
    );
    const failed = resumed.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }

  close(): void {
    this.#closed = true;
    this.#cancelChecks();
    this.#cancelCheck();
    this.#pushes?.unsubscribe();
    this.#tracking.close();
  }

  #receive(change: TripChange): void {
    this.#closeOnFailure(this.#feedOf(change.trip.trip_id, 0).push(change));
  }

  /** If a change cannot be read, closes the socket: the client resumes rather than continue with a gap. */
  #closeOnFailure(work: Promise<void>): void {
    work.catch((error: unknown) => {
      if (this.#closed) return;
      this.#context.logger.warn({ event: 'feed_broken', rider_id: this.#riderId, err: error });
      this.#connection.close(CLOSE.tryAgainLater, 'resume');
    });
  }

  /** Skips riders without an open trip, who have no change to miss, unless a loss is known. */
  #checkIfDue(): void {
    if (this.#checkDue || this.#openTrips.size > 0) void this.#check();
  }

  async #check(): Promise<void> {
    this.#checkDue = true;
    let trips: TripRecord[];
    try {
      trips = await this.#readTrips();
    } catch (error) {
      this.#context.logger.debug({ event: 'check_failed', rider_id: this.#riderId, err: error });
      if (!this.#closed) this.checkAfter(RETRY_CHECK_MS);
      return;
    }
    this.#checkDue = false;
    for (const trip of trips) this.#closeOnFailure(this.#feedOf(trip.trip_id, 0).reach(trip.seq));
  }

  async #readTrips(): Promise<TripRecord[]> {
    const { commands } = this.#context;
    const { trips } = await this.#asRider(() =>
      commands.call(listTrips, { rider_id: this.#riderId, limit: MAX_RESUMED_TRIPS }),
    );
    return trips;
  }

  #begin(trip: TripRecord): void {
    this.#feedOf(trip.trip_id, trip.seq);
    this.#follow(trip);
  }

  #feedOf(tripId: TripId, lastSeq: number): TripFeed {
    const known = this.#feeds.get(tripId);
    if (known !== undefined) return known;
    const feed = new TripFeed(
      {
        replay: (afterSeq) => this.#replay(tripId, afterSeq),
        send: (change) => this.#send(change),
      },
      lastSeq,
    );
    this.#feeds.set(tripId, feed);
    const [oldest] = this.#feeds.keys();
    if (this.#feeds.size > MAX_FEEDS && oldest !== undefined) this.#feeds.delete(oldest);
    return feed;
  }

  /** Reads changes, one trip after the other: `trips` has one replay of a rider in hand. */
  #replay(tripId: TripId, afterSeq: number): Promise<SeenChange[]> {
    const read = this.#lastReplay.then(() => this.#readChanges(tripId, afterSeq));
    this.#lastReplay = read.catch(() => {});
    return read;
  }

  async #readChanges(tripId: TripId, afterSeq: number): Promise<SeenChange[]> {
    if (this.#closed) return [];
    const { changes } = await this.#asRider(() =>
      this.#context.commands.call(replayTrip, {
        trip_id: tripId,
        after_seq: afterSeq,
        reader: { role: 'rider', rider_id: this.#riderId },
      }),
    );
    return changes;
  }

  /** With the newest token of the socket: a push or a timer may be the cause, not a frame. */
  #asRider<T>(read: () => T): T {
    return onBehalfOf(this.#connection.caller, read);
  }

  #send({ event, trip }: SeenChange): void {
    if (this.#closed) return;
    this.#connection.send({
      type: 'trip',
      seq: event.seq,
      data: { event: event.type, at: event.at, trip: toRiderTrip(trip) },
    });
    this.#follow(trip);
  }

  #follow(trip: TripRecord): void {
    if (isTerminal(trip.state)) this.#openTrips.delete(trip.trip_id);
    else this.#openTrips.add(trip.trip_id);
    this.#tracking.follow(trip);
  }
}
