import type { Subscription } from '@nats-io/transport-node';
import type { DriverId, DriverServerFrame, OfferId, PositionRecord, TripChange } from '#libs/contracts';
import type { CellKey } from '#libs/geo';
import { CLOSE, type StreamConnection } from '#libs/stream';
import { measureClock, type PhoneClock } from './phone-clock.ts';
import { UNKNOWN_DRIVER, type DriverState } from './driver-state.ts';
import { framesOfChange, type KnownOffer } from './frames-of-change.ts';
import { REACH_AFTER, type Reach } from './reach.ts';
import { SentChanges } from './sent-changes.ts';

export type DriverConnection = StreamConnection<DriverServerFrame>;

/** The newest accepted ping of a session, and the resolution 7 cell it was published to. */
export interface LastPosition {
  readonly record: PositionRecord;
  readonly cell: CellKey;
}

/**
 * How many pushes wait while a driver resumes; one more closes the socket (1013), and the driver resumes again. More
 * than a trip has changes.
 */
export const MAX_BUFFERED_CHANGES = 100;

interface HeldChange {
  readonly change: TripChange;
  readonly offer: KnownOffer | null;
}

/** Called when an offer has been written to the socket. */
type OfferListener = (connection: DriverConnection, offerId: OfferId) => void;

/** One driver who is connected to this instance or served by it. */
export class DriverPresence {
  readonly driverId: DriverId;
  readonly #sent = new SentChanges();
  #state: DriverState = UNKNOWN_DRIVER;
  #connection: DriverConnection | undefined;
  #attended = false;
  #last: LastPosition | undefined;
  #clock: PhoneClock | undefined;
  #reach: Reach = 'present';
  #heardAtMs: number;
  /** When the trip's rider last got a position, service ms. */
  #trackedAtMs = 0;
  /** When the record was last read because a position contradicted it, wall ms. */
  #readAtMs = -Infinity;
  /** Subscription to the changes pushed to the driver. */
  #pushes: Subscription | undefined;
  #buffer: HeldChange[] | undefined;
  /** The change that closed an offer while there was no socket. */
  #missed: HeldChange | undefined;
  #onOfferSent: OfferListener = () => undefined;
  /** Whether the driver's app has ever sent `received`. */
  #acknowledges = false;

  constructor(driverId: DriverId, heardAtMs: number) {
    this.driverId = driverId;
    this.#heardAtMs = heardAtMs;
  }

  get state(): DriverState {
    return this.#state;
  }

  /** The open socket. */
  get connection(): DriverConnection | undefined {
    return this.#connection;
  }

  /** Whether this instance serves the driver, on the position stream too. False if another one has taken over. */
  get attended(): boolean {
    return this.#attended;
  }

  get last(): LastPosition | undefined {
    return this.#last;
  }

  /** The phone's clock; undefined before the first position. */
  get clock(): PhoneClock | undefined {
    return this.#clock;
  }

  /** The newest accepted number of the newest session; null if this instance has accepted none. */
  get lastSeq(): number | null {
    const record = this.#last?.record;
    return record?.session === this.#state.newestSession ? record.seq : null;
  }

  get reach(): Reach {
    return this.#reach;
  }

  /** When the driver was last heard without a socket, service ms. */
  get heardAtMs(): number {
    return this.#heardAtMs;
  }

  /** Replaces the state; false if it is unchanged. */
  advance(state: DriverState): boolean {
    if (state === this.#state) return false;
    this.#state = state;
    return true;
  }

  /** This instance serves the driver, who has just been heard. */
  attend(nowMs: number): void {
    this.#attended = true;
    this.#heardAtMs = nowMs;
  }

  /** Another instance serves the driver. */
  yield(): void {
    this.#attended = false;
  }

  heard(nowMs: number): void {
    this.#heardAtMs = nowMs;
  }

  /** Notes that the record has just been read because a position contradicted it. */
  noteRead(): void {
    this.#readAtMs = performance.now();
  }

  wasReadWithin(wallMs: number): boolean {
    return performance.now() - this.#readAtMs < wallMs;
  }

  /** Whether the trip's rider is due a position; if so, counts it as sent now. */
  takeTrackTurn(nowMs: number, intervalMs: number): boolean {
    if (nowMs - this.#trackedAtMs < intervalMs) return false;
    this.#trackedAtMs = nowMs;
    return true;
  }

  /** Receives the driver's pushes until {@link end}. */
  receivePushes(pushes: Subscription): void {
    this.#pushes = pushes;
  }

  /** The driver is no longer served here. */
  end(): void {
    this.#attended = false;
    this.#pushes?.unsubscribe();
    this.#pushes = undefined;
  }

  /** Replaces the socket. Buffers pushes until {@link flush}. */
  connect(connection: DriverConnection): void {
    this.#connection = connection;
    this.#reach = REACH_AFTER[this.#reach].connect;
    this.#sent.clear();
    this.#buffer = [];
  }

  /** The socket has closed; the driver counts as heard now. */
  disconnect(nowMs: number): void {
    this.#connection = undefined;
    this.#buffer = undefined;
    this.#heardAtMs = nowMs;
    this.#reach = REACH_AFTER[this.#reach].disconnect;
  }

  /** Measures the phone's clock by the time of one position. */
  tellTime(recordedAtMs: number, nowMs: number): PhoneClock {
    this.#clock = measureClock(this.#clock, recordedAtMs, nowMs);
    return this.#clock;
  }

  /** The driver has sent this position, so it can be reached. */
  moveTo(last: LastPosition, nowMs: number): void {
    this.#last = last;
    this.#heardAtMs = nowMs;
    this.#reach = REACH_AFTER[this.#reach].position;
  }

  /** The driver is off the position stream until its next position. */
  withdraw(): void {
    this.#reach = REACH_AFTER[this.#reach].withdraw;
  }

  forgetPosition(): void {
    this.#last = undefined;
  }

  /** Buffers pushes, so that none overtakes a replay in progress. */
  buffer(): void {
    this.#buffer ??= [];
  }

  /** Flushes the buffered pushes to this socket. Does nothing if a newer one has replaced it and owns the buffer. */
  flush(connection: DriverConnection): void {
    if (this.#connection !== connection) return;
    const buffered = this.#buffer ?? [];
    this.#buffer = undefined;
    const missed = this.#missed;
    this.#missed = undefined;
    if (missed !== undefined && this.#state.offer?.tripId !== missed.change.event.trip_id)
      this.send(missed.change, missed.offer);
    for (const { change, offer } of buffered) this.send(change, offer);
  }

  /** Calls the listener after each offer that is written to a socket. */
  onOfferSent(listener: OfferListener): void {
    this.#onOfferSent = listener;
  }

  get acknowledges(): boolean {
    return this.#acknowledges;
  }

  /** The driver's app acknowledges offers itself. */
  noteAcknowledges(): void {
    this.#acknowledges = true;
  }

  /** Remembers the closing of an offer that the driver may have, to send it when the driver is back. */
  #miss(change: TripChange, offer: KnownOffer | null): void {
    const closes = framesOfChange(this.driverId, change, offer).some(({ type }) => type === 'offer_closed');
    if (closes) this.#missed = { change, offer };
  }

  /** Sends the frames of a change, unless it is stale: the socket has it or a newer one of the trip. */
  send(change: TripChange, offer: KnownOffer | null): void {
    if (this.#connection === undefined) return this.#miss(change, offer);
    if (!this.#sent.take(change.event.trip_id, change.event.seq)) return;
    for (const frame of framesOfChange(this.driverId, change, offer)) {
      this.#connection.send(frame);
      if (frame.type === 'offer') this.#onOfferSent(this.#connection, frame.data.offer_id);
    }
  }

  /** As {@link send}, but behind the buffered changes while pushes are buffered. */
  push(change: TripChange, offer: KnownOffer | null): void {
    if (this.#buffer === undefined) this.send(change, offer);
    else if (this.#buffer.length < MAX_BUFFERED_CHANGES) this.#buffer.push({ change, offer });
    else this.#connection?.close(CLOSE.tryAgainLater, 'too_many_held_changes');
  }
}
