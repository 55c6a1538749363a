import type { Point } from '#libs/geo';
import { pausedDriverIds, type DriverId, type TripId } from '#libs/trip';
import { byWaiting } from '../open-demand.ts';
import type { OpenTrip } from '../open-trip.ts';
import { MAX_TRIPS_PER_ROUND } from '../round-params.ts';
import type { SupplyIndex } from '../supply-index.ts';
import type { RidingDriver } from '../supply-view.ts';
import type { EngineTrip, RoundScene } from './dispatch-engine.ts';
import type { RideEnd } from './end-errors.ts';
import type { RideEnds } from './ride-ends.ts';

const MS_PER_S = 1_000;

/** What a matcher knows at the start of a round. */
export interface RoundSight {
  /** Trips of own and neighbouring shards. */
  readonly demand: Iterable<OpenTrip>;
  readonly supply: SupplyIndex;
  readonly nowMs: number;
  /** Drivers whose ride is expected to end within this time are candidates. */
  readonly chainHorizonS: number;
  readonly rideEnds: Pick<RideEnds, 'endOf'>;
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
  rideEnds,
  heldTrips,
  avoided,
}: RoundSight): RoundScene {
  const drivers = new Candidates(nowMs, rideEnds);
  const trips = [...demand]
    .filter((trip) => !trip.offered && !heldTrips.has(trip.tripId))
    .filter((trip) => trip.driverId !== undefined || nowMs < trip.searchDeadlineAtMs)
    .sort((a, b) => Number(a.driverId !== undefined) - Number(b.driverId !== undefined) || byWaiting(a, b))
    .slice(0, MAX_TRIPS_PER_ROUND)
    // A trip whose driver has no known position is left out of the round and keeps that driver.
    .filter(({ driverId }) => driverId === undefined || drivers.addHolder(driverId, supply));
  for (const { driverId, point, product } of supply.freeDrivers())
    if (!avoided(driverId)) drivers.add(driverId, product, point, AT_ONCE);
  for (const driver of chainHorizonS > 0 ? supply.ridingDrivers() : []) {
    if (driver.booked || avoided(driver.driverId)) continue;
    const end = drivers.endOf(driver);
    if (end.meanS <= chainHorizonS) drivers.add(driver.driverId, driver.product, driver.rideEnd, end);
  }
  return { trips: trips.map((trip) => engineTrip(trip, nowMs)), drivers: drivers.columns(), nowMs };
}

/** Free already. */
const AT_ONCE: RideEnd = { meanS: 0, spreadS: 0 };

/** Collects drivers as columns, each once. */
class Candidates {
  readonly #nowMs: number;
  readonly #rideEnds: RoundSight['rideEnds'];
  readonly #known = new Set<DriverId>();
  readonly #ids: DriverId[] = [];
  readonly #products: string[] = [];
  readonly #points: Point[] = [];
  readonly #availableInS: number[] = [];
  readonly #spreadS: number[] = [];

  constructor(nowMs: number, rideEnds: RoundSight['rideEnds']) {
    this.#nowMs = nowMs;
    this.#rideEnds = rideEnds;
  }

  /** A ride that is not followed ends as quoted. */
  endOf({ driverId, freeAtMs }: Pick<RidingDriver, 'driverId' | 'freeAtMs'>): RideEnd {
    return (
      this.#rideEnds.endOf(driverId, this.#nowMs) ?? {
        meanS: Math.max(0, (freeAtMs - this.#nowMs) / MS_PER_S),
        spreadS: 0,
      }
    );
  }

  add(driverId: DriverId, product: string, point: Point, { meanS, spreadS }: RideEnd): void {
    if (this.#known.has(driverId)) return;
    this.#known.add(driverId);
    this.#ids.push(driverId);
    this.#products.push(product);
    this.#points.push(point);
    this.#availableInS.push(meanS);
    this.#spreadS.push(spreadS);
  }

  /** Adds the driver of a trip at its position, or at the end of its current ride. False if its position is unknown. */
  addHolder(driverId: DriverId, supply: SupplyIndex): boolean {
    const view = supply.view(driverId);
    if (view?.point === undefined || view.product === undefined) return false;
    const { point, product, rideEnd, freeAtMs } = view;
    const end = rideEnd === undefined ? AT_ONCE : this.endOf({ driverId, freeAtMs });
    this.add(driverId, product, rideEnd ?? point, end);
    return true;
  }

  columns(): RoundScene['drivers'] {
    return {
      ids: this.#ids,
      products: this.#products,
      points: this.#points,
      availableInS: this.#availableInS,
      spreadS: this.#spreadS,
    };
  }
}

/** Drivers with a pause are left out like those who declined. */
function engineTrip(trip: OpenTrip, nowMs: number): EngineTrip {
  const paused = pausedDriverIds(trip.pauses, nowMs);
  if (paused.length === 0) return { ...trip, pausedDriverIds: paused };
  return {
    ...trip,
    excludedDriverIds: [...trip.excludedDriverIds, ...paused],
    pausedDriverIds: paused,
  };
}
