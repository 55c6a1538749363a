import { shortDistanceM, type SparseEtaQuestion } from '#libs/geo';

/** Which speed is assumed before any pair is measured: that of a city at noon. */
const FIRST_GUESS_MPS = 6;
/** How much the pairs of one round weigh in the learned speed. */
const LEARNING_RATE = 0.02;
/** How many pairs of one round are measured. A sample is enough, because the speed changes slowly. */
const PAIRS_PER_ROUND = 64;
/** How far apart a measured pair is at least: a shorter drive says little about the speed. */
const MIN_DISTANCE_M = 300;

/** Straight-line speed of approach, learned from the travel times of the rounds. */
export class ApproachSpeed {
  #mps = FIRST_GUESS_MPS;

  get mps(): number {
    return this.#mps;
  }

  learn({ pickups, origins, rowStarts, columns }: SparseEtaQuestion, etas: ArrayLike<number>): void {
    const step = Math.max(1, Math.floor(pickups.length / PAIRS_PER_ROUND));
    let [meters, seconds] = [0, 0];
    for (let row = 0; row < pickups.length; row += step) {
      const pair = rowStarts[row] as number;
      const [pickup, origin] = [pickups[row], origins[columns[pair] as number]];
      const etaS = etas[pair] as number;
      if (pickup === undefined || origin === undefined || !Number.isFinite(etaS)) continue;
      const distanceM = shortDistanceM(pickup, origin);
      if (distanceM < MIN_DISTANCE_M) continue;
      meters += distanceM;
      seconds += etaS;
    }
    if (seconds > 0) this.#mps += LEARNING_RATE * (meters / seconds - this.#mps);
  }
}
