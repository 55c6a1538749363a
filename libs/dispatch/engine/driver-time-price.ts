/** How the price follows scarcity. */
export interface PriceParams {
  /** Target share of idle and repositioning drivers: the reserve for new requests. */
  readonly reserveShare: number;
  /** Price increase per second, per unit of share that the reserve is below its target. */
  readonly gainPerS: number;
  readonly maxPrice: number;
}

export const DEFAULT_PRICE_PARAMS: PriceParams = { reserveShare: 0.07, gainPerS: 0.04, maxPrice: 3 };

/**
 * The value of a second of driver time to the next riders, in seconds of waiting: 0 while the reserve is full, rising
 * while it is short. Feedback finds it, like subgradient steps find the multiplier of the constraint on total driver
 * time.
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

  /** @param idleShare idle share of all visible drivers; repositioning drivers count as idle */
  adapt(idleShare: number, elapsedS: number): void {
    const { reserveShare, gainPerS, maxPrice } = this.#params;
    const moved = this.#value + (reserveShare - idleShare) * elapsedS * gainPerS;
    this.#value = Math.min(maxPrice, Math.max(0, moved));
  }
}
