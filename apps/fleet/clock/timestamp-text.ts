import { toTimestamp } from '#libs/contracts';

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
