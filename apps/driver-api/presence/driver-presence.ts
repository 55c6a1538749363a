import type { Subscription } from '@nats-io/transport-node';
import type { DriverId, DriverServerFrame, PositionRecord, TripChange } from '#libs/contracts';
import type { CellKey } from '#libs/geo';
import { CLOSE, type StreamConnection } from '#libs/stream';
import { UNKNOWN_DRIVER, type DriverState } from './driver-state.ts';
import { framesOfChange, type KnownOffer } from './frames-of-change.ts';
import { REACH_AFTER, type Reach } from './reach.ts';
import { SentChanges } from './sent-changes.ts';

export type DriverConnection = StreamConnection<DriverServerFrame>;

/** The newest ping that was accepted of a session, and the resolution 7 cell it was published to. */
export interface LastPosition {
  readonly record: PositionRecord;
  readonly cell: CellKey;
}

/**
 * How many pushes wait while a driver resumes, before its socket is closed (1013) and it has to resume again: more
 * than a trip has changes.
 */
export const MAX_BUFFERED_CHANGES = 100;

/** One driver who is connected to this instance, or online through it. */
export class DriverPresence {
  readonly driverId: DriverId;
  readonly #sent = new SentChanges();
  #state: DriverState = UNKNOWN_DRIVER;
  #connection: DriverConnection | undefined;
  #attended = false;
  #last: LastPosition | undefined;
  #reach: Reach = 'present';
  #heardAtMs: number;
  /** When its position last went to its rider, service ms. */
  #trackedAtMs = 0;
  /** When its record was last read because a position did not fit, wall ms. */
  #readAtMs = -Infinity;
  /** Changes pushed to the driver arrive by it. */
  #pushes: Subscription | undefined;
  #buffer: { change: TripChange; offer: KnownOffer | null }[] | undefined;

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

  /** Whether this instance speaks for the driver in the position stream. Another one may have taken over. */
  get attended(): boolean {
    return this.#attended;
  }

  get last(): LastPosition | undefined {
    return this.#last;
  }

  get reach(): Reach {
    return this.#reach;
  }

  /** When the driver was last heard without a socket, service ms. */
  get heardAtMs(): number {
    return this.#heardAtMs;
  }

  /** Replaces the state; false where it is the one that was known. */
  advance(state: DriverState): boolean {
    if (state === this.#state) return false;
    this.#state = state;
    return true;
  }

  /** This instance speaks for the driver, who has just been heard. */
  attend(nowMs: number): void {
    this.#attended = true;
    this.#heardAtMs = nowMs;
  }

  /** Another instance speaks for the driver. */
  yield(): void {
    this.#attended = false;
  }

  heard(nowMs: number): void {
    this.#heardAtMs = nowMs;
  }

  /** Its record has just been read because a position did not fit. */
  noteRead(): void {
    this.#readAtMs = performance.now();
  }

  wasReadWithin(wallMs: number): boolean {
    return performance.now() - this.#readAtMs < wallMs;
  }

  /** Whether its rider is due a position; if so, it is counted as sent now. */
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

  /** The socket from now on. Pushes to it are buffered until {@link flush}. */
  connect(connection: DriverConnection): void {
    this.#connection = connection;
    this.#reach = REACH_AFTER[this.#reach].connect;
    this.#sent.clear();
    this.#buffer = [];
  }

  /** The socket is gone; the driver counts as heard now. */
  disconnect(nowMs: number): void {
    this.#connection = undefined;
    this.#buffer = undefined;
    this.#heardAtMs = nowMs;
    this.#reach = REACH_AFTER[this.#reach].disconnect;
  }

  /** The driver is at this place now, and can be reached. */
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

  /** Buffers pushes, so that none overtakes a read that is under way. */
  buffer(): void {
    this.#buffer ??= [];
  }

  /** Flushes the buffered pushes to this socket. Does nothing if a newer socket has replaced it: the buffer is its. */
  flush(connection: DriverConnection): void {
    if (this.#connection !== connection) return;
    const buffered = this.#buffer ?? [];
    this.#buffer = undefined;
    for (const { change, offer } of buffered) this.send(change, offer);
  }

  /** Sends the frames of a change, unless it is stale: the socket had it or a newer one of its trip. */
  send(change: TripChange, offer: KnownOffer | null): void {
    if (this.#connection === undefined) return;
    if (!this.#sent.take(change.event.trip_id, change.event.seq)) return;
    for (const frame of framesOfChange(this.driverId, change, offer)) this.#connection.send(frame);
  }

  /** As {@link send}, after the buffered ones where there are any. */
  push(change: TripChange, offer: KnownOffer | null): void {
    if (this.#buffer === undefined) this.send(change, offer);
    else if (this.#buffer.length < MAX_BUFFERED_CHANGES) this.#buffer.push({ change, offer });
    else this.#connection?.close(CLOSE.tryAgainLater, 'too_many_held_changes');
  }
}
