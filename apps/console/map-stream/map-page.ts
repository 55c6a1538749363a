import type { WebSocket } from 'ws';
import type { LiveCity } from '../city/live-city.ts';
import type { MapMetrics } from './map-metrics.ts';
import { MapUpdates, type PageView } from './map-updates.ts';
import { MapView } from './map-view.ts';
import { Pacing, UPDATE_INTERVAL_MS } from './pacing.ts';
import { readPageMessage } from './page-message.ts';

/** How many messages a page may send in a second: a view for each frame of a moving map, and acknowledgements. */
const MAX_MESSAGES_PER_S = 100;
/** How long a page may take to answer a close, machine time. */
const CLOSE_LIMIT_MS = 2_000;

/** Close codes of RFC 6455. */
export const MAP_CLOSE = { goingAway: 1001, policyViolation: 1008, tryAgainLater: 1013 } as const;

/** The socket of one page with a map. Times are machine time unless they say otherwise. */
export class MapPage {
  readonly #socket: WebSocket;
  readonly #metrics: MapMetrics;
  readonly #updates: MapUpdates;
  readonly #pacing: Pacing;
  #view: PageView | undefined;
  #skippedAtMs = 0;
  #messages = { count: 0, sinceMs: 0 };
  #isClosing = false;

  constructor(socket: WebSocket, city: LiveCity, isExact: boolean, metrics: MapMetrics, nowMs: number) {
    this.#socket = socket;
    this.#metrics = metrics;
    this.#updates = new MapUpdates(city, isExact);
    this.#pacing = new Pacing(nowMs);
  }

  receive(text: string, nowMs: number): void {
    const message = this.#isTooMany(nowMs) ? undefined : readPageMessage(text);
    if (message === undefined) {
      this.#sendError('invalid_request', 'no message of the map, or too many of them');
      this.close(MAP_CLOSE.policyViolation, 'invalid_request');
    } else if (message.type === 'ack') this.#pacing.acknowledge(message.update);
    else {
      // The first view is what the page has to say before its first update, which has the number 1.
      if (this.#view === undefined) this.#pacing.acknowledge(0);
      this.#view = { view: new MapView(message.bounds), layer: message.layer };
    }
  }

  /** Sends an update if one is due. `serviceMs`: service time. */
  tick(nowMs: number, serviceMs: number): void {
    if (this.#isClosing || this.#socket.readyState !== this.#socket.OPEN) return;
    const turn = this.#pacing.turn(nowMs);
    if (turn === 'give_up') this.close(MAP_CLOSE.tryAgainLater, 'unacknowledged');
    else if (turn === 'unacknowledged') this.#skip(nowMs);
    else if (turn === 'send' && this.#view !== undefined) this.#send(this.#view, nowMs, serviceMs);
  }

  close(code: number, reason: string): void {
    if (this.#isClosing) return;
    this.#isClosing = true;
    this.#metrics.closed(reason);
    this.#socket.close(code, reason);
    setTimeout(() => this.#socket.terminate(), CLOSE_LIMIT_MS).unref();
  }

  #send(view: PageView, nowMs: number, serviceMs: number): void {
    const { text, cars } = this.#updates.next(this.#pacing.sent(nowMs), view, serviceMs);
    this.#socket.send(text);
    if (cars !== undefined) this.#socket.send(new Uint8Array(cars));
    this.#skippedAtMs = nowMs;
    this.#metrics.sent(Buffer.byteLength(text) + (cars?.byteLength ?? 0));
  }

  /** Counts one update for each interval in which none was sent. */
  #skip(nowMs: number): void {
    if (this.#view === undefined || nowMs - this.#skippedAtMs < UPDATE_INTERVAL_MS) return;
    this.#skippedAtMs = nowMs;
    this.#metrics.skipped();
  }

  #isTooMany(nowMs: number): boolean {
    if (nowMs - this.#messages.sinceMs >= 1_000) this.#messages = { count: 0, sinceMs: nowMs };
    this.#messages.count += 1;
    return this.#messages.count > MAX_MESSAGES_PER_S;
  }

  #sendError(code: string, message: string): void {
    this.#socket.send(JSON.stringify({ type: 'error', code, message }));
  }
}
