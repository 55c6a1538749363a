import type { Point } from '#libs/geo';
import type { DriverId, TripId } from '#libs/trip';
import { byWaiting } from '../open-demand.ts';
import type { OpenTrip } from '../open-trip.ts';
import { MAX_TRIPS_PER_ROUND } from '../round-params.ts';
import type { SupplyIndex } from '../supply-index.ts';
import type { RidingDriver } from '../supply-view.ts';
import type { EngineTrip, RoundScene } from './dispatch-engine.ts';

const MS_PER_S = 1_000;

/** What a matcher knows when a round begins. */
export interface RoundSight {
  /** Own trips and the neighbours'. */
  readonly demand: Iterable<OpenTrip>;
  readonly supply: SupplyIndex;
  readonly nowMs: number;
  /** Drivers whose ride ends within that are candidates. */
  readonly chainHorizonS: number;
  /** Seconds to drive from where a driver is to where its ride ends, for rides that take longer than was thought. */
  readonly remainingS: (from: Point, to: Point) => number;
  /** Trips that are spoken for, though no offer for them is out. */
  readonly heldTrips: ReadonlySet<TripId>;
  /** Drivers not to be used though they are seen free: their claim was refused a moment ago. */
  readonly avoided: (driverId: DriverId) => boolean;
}

/**
 * The trips that a round weighs, and all drivers that it may choose among: those who are free, those on the way to one of
 * these trips, and those whose ride ends soon.
 */
export function roundScene({
  demand,
  supply,
  nowMs,
  chainHorizonS,
  remainingS,
  heldTrips,
  avoided,
}: RoundSight): RoundScene {
  const drivers = new Candidates(nowMs, remainingS);
  const trips = [...demand]
    .filter((trip) => !trip.offered && !heldTrips.has(trip.tripId))
    .filter((trip) => trip.driverId !== undefined || nowMs < trip.searchDeadlineAtMs)
    .sort((a, b) => Number(a.driverId !== undefined) - Number(b.driverId !== undefined) || byWaiting(a, b))
    .slice(0, MAX_TRIPS_PER_ROUND)
    // Whose driver cannot be seen keeps it, whoever that is.
    .filter(({ driverId }) => driverId === undefined || drivers.addHolder(driverId, supply));
  for (const { driverId, point, product } of supply.freeDrivers())
    if (!avoided(driverId)) drivers.add(driverId, product, point, 0);
  for (const driver of chainHorizonS > 0 ? supply.ridingDrivers() : []) {
    if (driver.booked || driver.freeAtMs > nowMs + chainHorizonS * MS_PER_S || avoided(driver.driverId))
      continue;
    const availableInS = drivers.remainingRideS(driver);
    if (availableInS <= chainHorizonS)
      drivers.add(driver.driverId, driver.product, driver.rideEnd, availableInS);
  }
  return { trips: trips.map((trip) => engineTrip(trip, nowMs)), drivers: drivers.columns(), nowMs };
}

/** Drivers as columns, each once. */
class Candidates {
  readonly #nowMs: number;
  readonly #remainingS: RoundSight['remainingS'];
  readonly #known = new Set<DriverId>();
  readonly #ids: DriverId[] = [];
  readonly #products: string[] = [];
  readonly #points: Point[] = [];
  readonly #availableInS: number[] = [];

  constructor(nowMs: number, remainingS: RoundSight['remainingS']) {
    this.#nowMs = nowMs;
    this.#remainingS = remainingS;
  }

  /** As foreseen when it began; once that is over, by the way that is left. */
  remainingRideS({ freeAtMs, point, rideEnd }: Pick<RidingDriver, 'freeAtMs' | 'point' | 'rideEnd'>): number {
    return freeAtMs > this.#nowMs ? (freeAtMs - this.#nowMs) / MS_PER_S : this.#remainingS(point, rideEnd);
  }

  add(driverId: DriverId, product: string, point: Point, availableInS: number): void {
    if (this.#known.has(driverId)) return;
    this.#known.add(driverId);
    this.#ids.push(driverId);
    this.#products.push(product);
    this.#points.push(point);
    this.#availableInS.push(availableInS);
  }

  /** The driver of a trip, where it is, or where its ride before ends. False where it cannot be seen. */
  addHolder(driverId: DriverId, supply: SupplyIndex): boolean {
    const view = supply.view(driverId);
    if (view?.point === undefined || view.product === undefined) return false;
    const { point, product, rideEnd, freeAtMs } = view;
    const availableInS = rideEnd === undefined ? 0 : this.remainingRideS({ freeAtMs, point, rideEnd });
    this.add(driverId, product, rideEnd ?? point, availableInS);
    return true;
  }

  columns(): RoundScene['drivers'] {
    return {
      ids: this.#ids,
      products: this.#products,
      points: this.#points,
      availableInS: this.#availableInS,
    };
  }
}

/** A rider who is still searched for may be promised a pickup as late as any other: the time waited is not held against it. */
function engineTrip(trip: OpenTrip, nowMs: number): EngineTrip {
  const { tripId, product, pickup, dropoff, rideS, excludedDriverIds, driverId, swaps } = trip;
  return {
    tripId,
    product,
    pickup,
    dropoff,
    rideS,
    requestedAtMs: nowMs,
    excludedDriverIds,
    driverId,
    swaps,
  };
}
