/** Of pickups, so many are to be no later than the margin allows for. */
const ON_TIME_SHARE = 0.95;
/** The margin moves by so much with each pickup: some hundred of them tell what it is. */
const STEP = 0.01;
const MAX_MARGIN = 3;
/** Shorter drives say little: a second more or less is a large part of them. */
const MIN_FORESEEN_S = 30;

/**
 * By how much drives to a pickup outlast what was foreseen, learned as a quantile by stochastic approximation (Robbins and
 * Monro 1951). 1 where foreseen times hold.
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
