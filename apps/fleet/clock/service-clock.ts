import { toTimestamp } from '#libs/contracts';

/**
 * Service time, by the same formula as in the services: `service(t) = origin + (wall − origin) × speed`. Does not
 * import libs/service, because that loads Nest.
 */
export interface ServiceClock {
  readonly speed: number;
  /** Milliseconds since the epoch, in service time. */
  now(): number;
}

export function serviceClock(
  speed: number,
  originMs: number,
  wallNow: () => number = Date.now,
): ServiceClock {
  return { speed, now: () => (speed === 1 ? wallNow() : originMs + (wallNow() - originMs) * speed) };
}

/** RFC 3339 text of the current tick, formatted once for all pings sent in it. */
export class TimestampText {
  #ms = Number.NaN;
  #text = '';

  of(ms: number): string {
    const whole = Math.floor(ms);
    if (whole !== this.#ms) {
      this.#ms = whole;
      this.#text = toTimestamp(whole);
    }
    return this.#text;
  }
}
