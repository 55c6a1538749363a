import type { components } from './generated/driver.ts';

type Ping = components['schemas']['Ping'];

/** How many positions wait for a WebSocket: some minutes of a ride. Of more the oldest are dropped. */
const MAX_WAITING = 100;

/** Positions that could not be sent yet, oldest first. */
export class WaitingPositions {
  readonly #pings: Ping[] = [];

  add(ping: Ping): void {
    this.#pings.push(ping);
    if (this.#pings.length > MAX_WAITING) this.#pings.shift();
  }

  /** Sends in order, as long as that succeeds. */
  drain(send: (ping: Ping) => boolean): void {
    for (let ping = this.#pings[0]; ping !== undefined && send(ping); ping = this.#pings[0])
      this.#pings.shift();
  }

  /** Drops those of a session that has ended. */
  clear(): void {
    this.#pings.length = 0;
  }
}
