/** How the price follows scarcity. */
export interface PriceParams {
  /** The share of drivers who should be idle, or on their way to where riders are expected: a reserve for what comes. */
  readonly reserveShare: number;
  /** How much the price rises in a second for each whole share that the reserve lacks. */
  readonly gainPerS: number;
  readonly maxPrice: number;
}

export const DEFAULT_PRICE_PARAMS: PriceParams = { reserveShare: 0.07, gainPerS: 0.02, maxPrice: 1.5 };

/**
 * What a second of a driver's time is worth to those who would need it next, in seconds of waiting: 0 while drivers
 * wait for riders, and more the longer there is no reserve of them. Found by feedback, as a multiplier of the constraint
 * "no more driver time than there is" would be by subgradient steps.
 */
export class DriverTimePrice {
  readonly #params: PriceParams;
  #value = 0;

  constructor(params: PriceParams = DEFAULT_PRICE_PARAMS) {
    this.#params = params;
  }

  get value(): number {
    return this.#value;
  }

  /** @param idleShare of all drivers in sight, those included who are sent to where riders are expected */
  adapt(idleShare: number, elapsedS: number): void {
    const { reserveShare, gainPerS, maxPrice } = this.#params;
    const moved = this.#value + (reserveShare - idleShare) * elapsedS * gainPerS;
    this.#value = Math.min(maxPrice, Math.max(0, moved));
  }
}
