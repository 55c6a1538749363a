import { shortDistanceM, type SparseEtaQuestion } from '#libs/geo';

/** Which speed is assumed before any pair was seen: a city at noon. */
const FIRST_GUESS_MPS = 6;
/** Which weight the pairs of one round have in the learned speed. */
const LEARNING_RATE = 0.02;
/** How many pairs of one round are measured: the speed changes slowly. */
const PAIRS_PER_ROUND = 64;
/** How far apart a pair has to be to be measured: a shorter drive says little. */
const LEAST_M = 300;

/** How fast drivers come nearer, by air, learned from the travel times that rounds ask for. */
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
      if (distanceM < LEAST_M) continue;
      meters += distanceM;
      seconds += etaS;
    }
    if (seconds > 0) this.#mps += LEARNING_RATE * (meters / seconds - this.#mps);
  }
}
