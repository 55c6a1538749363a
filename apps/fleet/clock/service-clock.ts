import { toTimestamp } from '#libs/contracts';

/**
 * Service time as all services reckon it: `service(t) = origin + (wall − origin) × speed`. Its own few lines, because
 * libs/service brings Nest along, which a simulated phone has no use for.
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

/** RFC 3339 text of the current tick, made once for all pings that leave in it. */
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
