/** Predictions are compared with what followed in these classes of predicted seconds to the end. */
const BIN_LIMITS_S = [15, 30, 60, 120, 240];
/** How many errors of a class are averaged before old ones fade. */
const MEMORY = 300;
/** What is believed before the first error: a standard deviation of this share of the prediction … */
const FIRST_SPREAD = 0.4;
/** … plus this. */
const FIRST_SPREAD_S = 15;
/** How much the expected end of an overdue ride moves away for each second that it is overdue. */
const OVERDUE_GROWTH = 0.5;

/** When a driver with a rider on board will be free. */
export interface RideEnd {
  /** Expected seconds from now. */
  readonly meanS: number;
  /** Standard deviation of it, seconds. */
  readonly spreadS: number;
}

interface Errors {
  readonly meanS: number;
  readonly squareS: number;
  readonly count: number;
}

/** Mean and spread of the errors of predicted ride ends, by predicted seconds; recent errors count most. */
export class EndErrors {
  readonly #bins: Errors[] = BIN_LIMITS_S.map((limitS) => ({
    meanS: 0,
    squareS: (FIRST_SPREAD * limitS + FIRST_SPREAD_S) ** 2,
    count: 0,
  }));

  /** Predictions beyond this are not corrected. */
  get horizonS(): number {
    return BIN_LIMITS_S.at(-1) ?? 0;
  }

  /** Undefined beyond the horizon. */
  binOf(predictedS: number): number | undefined {
    const bin = BIN_LIMITS_S.findIndex((limitS) => predictedS <= limitS);
    return bin < 0 ? undefined : bin;
  }

  /** @param errorS actual minus predicted seconds, of a prediction made when its ride entered the class */
  note(bin: number, errorS: number): void {
    const known = this.#bins[bin];
    if (known === undefined) return;
    const count = known.count + 1;
    const weight = Math.max(1 / MEMORY, 1 / (count + 1));
    this.#bins[bin] = {
      meanS: known.meanS + weight * (errorS - known.meanS),
      squareS: known.squareS + weight * (errorS ** 2 - known.squareS),
      count,
    };
  }

  /**
   * Mean and spread of the end of a ride.
   *
   * @param last the prediction made when the ride entered its class, and how long ago that was
   */
  corrected(
    predictedS: number,
    last: { readonly bin: number; readonly predictedS: number } | undefined,
    sinceS: number,
  ): RideEnd {
    const errors = last === undefined ? undefined : this.#bins[last.bin];
    if (last === undefined || errors === undefined)
      return { meanS: predictedS, spreadS: FIRST_SPREAD * predictedS + FIRST_SPREAD_S };
    const spreadS = Math.sqrt(Math.max(1, errors.squareS - errors.meanS ** 2));
    if (last.bin > 0) return { meanS: Math.max(0, predictedS + errors.meanS), spreadS };
    const leftS = last.predictedS + errors.meanS - sinceS;
    const widerS = OVERDUE_GROWTH * Math.max(0, -leftS);
    return { meanS: Math.max(predictedS, leftS, 0) + widerS, spreadS: spreadS + widerS };
  }
}
