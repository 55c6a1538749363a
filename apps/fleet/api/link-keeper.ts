import { HEARTBEAT_INTERVAL_MS, SILENCE_LIMIT_MS } from '#libs/contracts';
import type { Job, TickWheel } from '../clock/tick-wheel.ts';

/** The part of a socket that has to be kept alive. */
export interface KeptLink {
  readonly lastSentMs: number;
  readonly lastReceivedMs: number;
  sendHeartbeat(): void;
  /** The other side has said nothing for too long. */
  abandon(): void;
}

/** Heartbeats and silence of all sockets in one sweep; both are looked at three times in a heartbeat interval. */
export class LinkKeeper implements Job {
  readonly #links = new Set<KeptLink>();
  readonly #wheel: TickWheel;
  readonly #heartbeatWallMs: number;

  /** A service on a compressed clock counts its heartbeats in service time, so ours are at least as frequent. */
  constructor(wheel: TickWheel, clockSpeed: number) {
    this.#wheel = wheel;
    this.#heartbeatWallMs = HEARTBEAT_INTERVAL_MS / clockSpeed;
  }

  add(link: KeptLink): void {
    this.#links.add(link);
  }

  remove(link: KeptLink): void {
    this.#links.delete(link);
  }

  run(nowMs: number): void {
    const wallMs = performance.now();
    for (const link of this.#links) {
      if (wallMs - link.lastReceivedMs > SILENCE_LIMIT_MS) link.abandon();
      else if (wallMs - link.lastSentMs > this.#heartbeatWallMs * (2 / 3)) link.sendHeartbeat();
    }
    this.#wheel.at(nowMs + HEARTBEAT_INTERVAL_MS / 3, this);
  }
}
