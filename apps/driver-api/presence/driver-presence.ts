import type { Subscription } from '@nats-io/transport-node';
import type { DriverId, DriverServerFrame, Product, TripChange } from '#libs/contracts';
import type { CellKey } from '#libs/geo';
import { CLOSE, type StreamConnection } from '#libs/stream';
import { UNKNOWN_DRIVER, type DriverState } from './driver-state.ts';
import { framesOfChange, type KnownOffer } from './frames-of-change.ts';
import { REACH_AFTER, type Reach } from './reach.ts';
import { SentChanges } from './sent-changes.ts';

export type DriverConnection = StreamConnection<DriverServerFrame>;

/** The newest position that was accepted of a session. */
export interface LastPosition {
  readonly session: number;
  readonly seq: number;
  readonly lat: number;
  readonly lng: number;
  readonly recordedAtMs: number;
  readonly headingDeg: number | undefined;
  readonly speedMps: number | undefined;
  /** Of the session it belongs to. */
  readonly product: Product;
  /** The resolution 7 cell it was published to. */
  readonly cell: CellKey;
}

/**
 * How many pushes wait while a driver resumes, before its socket is closed (1013) and it has to resume again: more
 * than a trip has changes.
 */
export const MAX_HELD_CHANGES = 100;

/** One driver who is connected to this instance, or online through it. */
export class DriverPresence {
  readonly driverId: DriverId;
  state: DriverState = UNKNOWN_DRIVER;
  connection: DriverConnection | undefined;
  /** Whether this instance speaks for the driver in the position stream. Another one may have taken over. */
  attended = false;
  lastPosition: LastPosition | undefined;
  reach: Reach = 'present';
  /** When the driver was last heard without a socket, service ms. */
  heardAtMs: number;
  /** When its position last went to its rider, service ms. */
  trackedAtMs = 0;
  /** When its record was last read because a position did not fit what is known, wall ms. */
  readAtMs = -Infinity;
  /** Changes pushed to the driver arrive by it. */
  pushes: Subscription | undefined;
  readonly #sent = new SentChanges();
  #held: { change: TripChange; offer: KnownOffer | null }[] | undefined;

  constructor(driverId: DriverId, heardAtMs: number) {
    this.driverId = driverId;
    this.heardAtMs = heardAtMs;
  }

  /** The socket from now on; nothing is pushed to it before {@link release}. */
  connect(connection: DriverConnection): void {
    this.connection = connection;
    this.reach = REACH_AFTER[this.reach].connect;
    this.#sent.clear();
    this.#held = [];
  }

  /** The socket is gone; when the driver was last heard is counted from now. */
  disconnect(nowMs: number): void {
    this.connection = undefined;
    this.#held = undefined;
    this.heardAtMs = nowMs;
    this.reach = REACH_AFTER[this.reach].disconnect;
  }

  /** The driver is at this place now, and can be reached. */
  moveTo(position: LastPosition, nowMs: number): void {
    this.lastPosition = position;
    this.heardAtMs = nowMs;
    this.reach = REACH_AFTER[this.reach].position;
  }

  /** Pushed changes wait, so that none overtakes what is being read for the driver. */
  hold(): void {
    this.#held ??= [];
  }

  /** Ends what is held for this socket; where a newer one has come, what is held is held for that. */
  release(connection: DriverConnection): void {
    if (this.connection !== connection) return;
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const { change, offer } of held) this.tell(change, offer);
  }

  /** Sends what the driver is to know of a change, unless it was told that or something newer. */
  tell(change: TripChange, offer: KnownOffer | null): void {
    if (this.connection === undefined) return;
    if (!this.#sent.take(change.event.trip_id, change.event.seq)) return;
    for (const frame of framesOfChange(this.driverId, change, offer)) this.connection.send(frame);
  }

  /** As {@link tell}, in its turn where others are held. */
  push(change: TripChange, offer: KnownOffer | null): void {
    if (this.#held === undefined) this.tell(change, offer);
    else if (this.#held.length < MAX_HELD_CHANGES) this.#held.push({ change, offer });
    else this.connection?.close(CLOSE.tryAgainLater, 'too_many_held_changes');
  }
}
