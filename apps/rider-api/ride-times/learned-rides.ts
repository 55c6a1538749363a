import { cellCenter, parseCellKey, pickupCellOf, type Point } from '#libs/geo';
import { judgeRide, RideTimes, type RideVerdict } from '#libs/ride-times';
import type { DistanceSource } from '#libs/trip';
import type { TimedRide } from '#libs/contracts';

/** A ride that is about to be quoted. */
export interface RideToTime {
  readonly pickup: Point;
  readonly dropoff: Point;
  readonly source: DistanceSource;
  readonly streetS: number;
  readonly atMs: number;
}

/**
 * Ride times as completed rides have taught them: by road and by air apart, since the straight line is wrong in another way
 * than the streets. Places are H3 cells, in what is learned and in what is asked alike.
 */
export class LearnedRides {
  readonly #times: Readonly<Record<DistanceSource, RideTimes>>;

  /** @param localHour whole hours since the local 1970-01-01T00:00 */
  constructor(localHour: (atMs: number) => number) {
    this.#times = { road: new RideTimes(localHour), air: new RideTimes(localHour) };
  }

  /** Learns from a ride if it is fit for that. */
  learn(ride: TimedRide): RideVerdict {
    const [pickup, dropoff] = [placeOfCell(ride.pickup_cell), placeOfCell(ride.dropoff_cell)];
    if (pickup === undefined || dropoff === undefined) return 'implausible';
    const { street_s: streetS, actual_s: actualS } = ride;
    const verdict = judgeRide({
      streetS,
      actualS,
      distanceM: ride.distance_m,
      endedByOperator: ride.ended_by_operator,
      driverWasSilent: ride.driver_was_silent,
    });
    if (verdict !== 'learned') return verdict;
    const startedAtMs = Date.parse(ride.started_at);
    const isLearned = this.#times[ride.distance_source].observe({
      pickup,
      dropoff,
      startedAtMs,
      streetS,
      actualS,
    });
    return isLearned ? 'learned' : 'implausible';
  }

  /** Expected seconds. */
  meanS({ pickup, dropoff, source, streetS, atMs }: RideToTime): number {
    const question = { pickup: placeOf(pickup), dropoff: placeOf(dropoff), streetS, atMs };
    return this.#times[source].estimate(question).meanS;
  }

  /** The level of the whole city: expected over street time. */
  cityFactors(atMs: number): ReadonlyMap<DistanceSource, number> {
    return new Map([
      ['road', this.#times.road.cityFactor(atMs)],
      ['air', this.#times.air.cityFactor(atMs)],
    ]);
  }
}

function placeOf(point: Point): Point {
  return cellCenter(pickupCellOf(point));
}

function placeOfCell(cell: string): Point | undefined {
  const key = parseCellKey(cell);
  return key === undefined ? undefined : cellCenter(key);
}
