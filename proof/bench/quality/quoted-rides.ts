import { RideTimes, type RideTimesSnapshot } from '#libs/ride-times';
import type { StreetCity } from './world/street-city.ts';
import type { Quoted, Trip } from './world/fleet.ts';

const MS_PER_S = 1_000;
const MS_PER_HOUR = 3_600_000;
/** Which share of rides should not take longer than the upper end of a quote. */
const UPPER_SHARE = 0.9;

/** Where quotes take ride times from: the street network alone, or what completed rides taught about it. */
export type RideTimeSource = 'street' | 'learned';

function localHour(atMs: number): number {
  return Math.floor(atMs / MS_PER_HOUR);
}

/**
 * What a service has learned that was running before the start: from recorded rides of the hours before, of which a
 * ride counts only if it had ended by then. A recording has times of pickup.
 */
export function learnedBefore(city: StreetCity, fromS: number, hours: number): RideTimesSnapshot {
  const times = new RideTimes(localHour);
  const ended = city.rides
    .filter(
      ({ requestedAtS, rideS }) => requestedAtS >= fromS - hours * 3_600 && requestedAtS + rideS < fromS,
    )
    .map((ride) => ({ ...ride, streetS: city.tableAt(ride.requestedAtS).secondsBetween(ride.from, ride.to) }))
    .sort((a, b) => a.requestedAtS + a.rideS - (b.requestedAtS + b.rideS));
  for (const { from, to, requestedAtS, rideS, streetS } of ended)
    times.observe({
      pickup: city.pointOf(from),
      dropoff: city.pointOf(to),
      startedAtMs: requestedAtS * MS_PER_S,
      streetS,
      actualS: rideS,
    });
  return times.snapshot();
}

/** Quotes rides as rider-api does, and learns from each ride when it has ended. */
export class QuotedRides {
  readonly #city: StreetCity;
  readonly #times: RideTimes;

  constructor(city: StreetCity, before: RideTimesSnapshot | undefined) {
    this.#city = city;
    this.#times = before === undefined ? new RideTimes(localHour) : RideTimes.from(before, localHour);
  }

  quote(from: number, to: number, nowS: number): Quoted {
    const [pickup, dropoff] = [this.#city.pointOf(from), this.#city.pointOf(to)];
    const atMs = nowS * MS_PER_S;
    const streetS = this.#city.toldTimes.etasToPickup(dropoff, [pickup], atMs)[0] ?? 0;
    const { meanS, quantileS } = this.#times.estimate({ pickup, dropoff, atMs, streetS });
    return { streetS, learnedS: meanS, upperS: quantileS(UPPER_SHARE) };
  }

  /** A ride has ended. */
  completed({ from, to, pickedUpAtS, rideS, quoted }: Trip): void {
    this.#times.observe({
      pickup: this.#city.pointOf(from),
      dropoff: this.#city.pointOf(to),
      startedAtMs: pickedUpAtS * MS_PER_S,
      streetS: quoted.streetS,
      actualS: rideS,
    });
  }
}
