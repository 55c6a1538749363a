import { randomStream } from '#libs/random';
import type { StreetCity } from './street-city.ts';

/** For how long the traffic of a ride stays about the same. */
const TRAFFIC_MEMORY_S = 60;
/** Standard deviation of the logarithm of the pace on the parts of a ride, around that of the whole ride. */
const PACE_SIGMA = 0.5;

/**
 * How long drives really take. A ride takes its recorded duration, unevenly spread over its route. A drive without
 * a rider takes the street network's time times a log-normal factor with median 1: the network's error. The factor of a
 * drive depends on the seed and the drive, not on the policy, so policies meet the same traffic.
 */
export class Traffic {
  readonly #seed: number;
  readonly #sigma: number;

  /** @param sigma standard deviation of the logarithm of true over told times */
  constructor(seed: number, sigma: number) {
    this.#seed = seed;
    this.#sigma = sigma;
  }

  /** True over told time of a drive without a rider. */
  paceOf(car: number, drive: number): number {
    if (this.#sigma === 0) return 1;
    return Math.exp(this.#sigma * randomStream(this.#seed, 'drive', car, drive).normal());
  }

  /**
   * Cumulative seconds at each node of a ride's route; the last is the duration.
   *
   * @param legsS street times between the nodes
   */
  rideTimes(trip: number, legsS: readonly number[], durationS: number): Float64Array {
    const random = randomStream(this.#seed, 'ride', trip);
    const times = new Float64Array(legsS.length + 1);
    let log = random.normal();
    legsS.forEach((legS, leg) => {
      const kept = Math.exp(-legS / TRAFFIC_MEMORY_S);
      log = kept * log + Math.sqrt(1 - kept ** 2) * random.normal();
      times[leg + 1] = (times[leg] as number) + legS * Math.exp(PACE_SIGMA * log);
    });
    const total = times.at(-1) ?? 0;
    return total === 0 ? times : times.map((seconds) => (seconds * durationS) / total);
  }
}

/** The street network's own error: standard deviation of the logarithm of recorded over street times in these hours. */
export function networkError(city: StreetCity, fromS: number, toS: number): number {
  const logs = city.rides
    .filter(({ requestedAtS }) => requestedAtS >= fromS && requestedAtS < toS)
    .map(({ from, to, rideS, requestedAtS }) =>
      Math.log(rideS / Math.max(1, city.tableAt(requestedAtS).secondsBetween(from, to))),
    );
  const mean = logs.reduce((sum, log) => sum + log, 0) / Math.max(1, logs.length);
  return Math.sqrt(logs.reduce((sum, log) => sum + (log - mean) ** 2, 0) / Math.max(1, logs.length));
}
