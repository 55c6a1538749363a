/** Which share of pickups should be within the margin. */
const ON_TIME_SHARE = 0.95;
/** By how much each pickup moves the margin: it settles after some hundred pickups. */
const STEP = 0.01;
/** How many times the predicted drive the margin is at most. */
const MAX_MARGIN = 3;
/** How long a predicted drive has to be to count: a second more or less is a large part of a shorter one. */
const MIN_FORESEEN_S = 30;

/**
 * Ratio of actual to predicted drives to a pickup, learned as a quantile by stochastic approximation (Robbins and Monro
 * 1951). 1 when predictions hold.
 */
export class PickupMargin {
  #value = 1;

  get value(): number {
    return this.#value;
  }

  note(foreseenS: number, tookS: number): void {
    if (foreseenS < MIN_FORESEEN_S) return;
    const isLate = tookS > foreseenS * this.#value;
    const moved = this.#value + STEP * (isLate ? ON_TIME_SHARE : ON_TIME_SHARE - 1);
    this.#value = Math.min(MAX_MARGIN, Math.max(1, moved));
  }
}
