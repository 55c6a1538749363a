import type { Point } from '#libs/geo';
import { pausedDriverIds, type DriverId, type TripId } from '#libs/trip';
import { byWaiting } from '../open-demand.ts';
import type { OpenTrip } from '../open-trip.ts';
import { MAX_TRIPS_PER_ROUND } from '../round-params.ts';
import type { SupplyIndex } from '../supply-index.ts';
import type { RidingDriver } from '../supply-view.ts';
import type { EngineTrip, RoundScene } from './dispatch-engine.ts';

const MS_PER_S = 1_000;

/** What a matcher knows at the start of a round. */
export interface RoundSight {
  /** Trips of own and neighbouring shards. */
  readonly demand: Iterable<OpenTrip>;
  readonly supply: SupplyIndex;
  readonly nowMs: number;
  /** Drivers whose ride ends within this time are candidates. */
  readonly chainHorizonS: number;
  /** Driving time from a driver to the end of its ride, for rides that take longer than predicted. */
  readonly remainingS: (from: Point, to: Point) => number;
  /** Trips reserved for a follow-up; there is no open offer for them. */
  readonly heldTrips: ReadonlySet<TripId>;
  /** Drivers to leave out although they look free, because their claim was just refused. */
  readonly avoided: (driverId: DriverId) => boolean;
}

/**
 * The trips of a round and its candidate drivers: free ones, those on the way to one of these trips, and those whose
 * ride ends soon.
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
    // A trip whose driver has no known position is left out of the round and keeps that driver.
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

/** Collects drivers as columns, each once. */
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

  /** The time predicted at the start of the ride; if that is over, the time of the remaining route. */
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

  /** Adds the driver of a trip at its position, or at the end of its current ride. False if its position is unknown. */
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

/**
 * The wait limit of each rider starts at the round, not at the request, so that time spent searching excludes no
 * driver.
 */
function engineTrip(trip: OpenTrip, nowMs: number): EngineTrip {
  const { tripId, product, pickup, dropoff, rideS, driverId, swaps } = trip;
  const paused = pausedDriverIds(trip.pauses, nowMs);
  return {
    tripId,
    product,
    pickup,
    dropoff,
    rideS,
    requestedAtMs: nowMs,
    excludedDriverIds: [...trip.excludedDriverIds, ...paused],
    pausedDriverIds: paused,
    driverId,
    swaps,
  };
}
