/** Prices of a product, in whole minor units of the currency. */
export interface Tariff {
  readonly baseMinor: number;
  readonly perKmMinor: number;
  readonly perMinMinor: number;
  /** Lower bound of a fare. */
  readonly minimumMinor: number;
  /** ISO 4217. */
  readonly currency: string;
}

export interface Fare {
  readonly amountMinor: number;
  readonly currency: string;
}

const METERS_PER_KM = 1000;
const SECONDS_PER_MIN = 60;

/**
 * The upfront fare of a ride. Surge multiplies the minimum too, so that it applies to short rides, which crowd out
 * others when cars are scarce. Rounded once at the end, half up to whole minor units; never falls when distance, time
 * or surge rises.
 * @throws RangeError for a negative or non-finite distance or time, or a surge below 1
 */
export function fareOf(tariff: Tariff, distanceM: number, tripS: number, surge = 1): Fare {
  requireAtLeast(0, distanceM, 'distanceM');
  requireAtLeast(0, tripS, 'tripS');
  requireAtLeast(1, surge, 'surge');
  const metered =
    tariff.baseMinor +
    (tariff.perKmMinor * distanceM) / METERS_PER_KM +
    (tariff.perMinMinor * tripS) / SECONDS_PER_MIN;
  return {
    amountMinor: Math.round(Math.max(tariff.minimumMinor, metered) * surge),
    currency: tariff.currency,
  };
}

function requireAtLeast(least: number, value: number, name: string): void {
  if (!(value >= least && value < Infinity))
    throw new RangeError(`${name} must be at least ${least}, not ${value}`);
}
