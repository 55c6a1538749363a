/** How many drives are averaged before old ones fade. */
const MEMORY = 300;
/** How long an estimated drive has to be to count: a second more or less is a large part of a shorter one. */
const MIN_FORESEEN_S = 30;
/** A drive that took more times the estimated time than this was interrupted, which says nothing about the streets. */
const MAX_RATIO = 5;
/** Which relative deviation is believed before the first drive. */
const FIRST_SPREAD = 0.2;

/** Actual over estimated times of drives to a pickup: mean and deviation, learned from recent drives. */
export class PickupErrors {
  #ratio = 1;
  #square = 1 + FIRST_SPREAD ** 2;
  #count = 0;

  /** Mean of actual over estimated time. */
  get ratio(): number {
    return this.#ratio;
  }

  /** Standard deviation of actual over estimated time. */
  get spread(): number {
    return Math.sqrt(Math.max(0, this.#square - this.#ratio ** 2));
  }

  note(foreseenS: number, tookS: number): void {
    if (foreseenS < MIN_FORESEEN_S) return;
    const ratio = Math.min(MAX_RATIO, tookS / foreseenS);
    this.#count++;
    const weight = Math.max(1 / MEMORY, 1 / (this.#count + 1));
    this.#ratio += weight * (ratio - this.#ratio);
    this.#square += weight * (ratio ** 2 - this.#square);
  }
}
