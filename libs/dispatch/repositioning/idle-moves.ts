import type { Point } from '#libs/geo';
import type { DriverId } from '#libs/trip';
import type { DispatchEngine } from '../engine/dispatch-engine.ts';
import type { RideEnds } from '../engine/ride-ends.ts';
import type { MatchDrivers, PairEtas } from '../matching/match-input.ts';
import type { SupplyIndex } from '../supply-index.ts';
import type { Move } from './plan-moves.ts';

/**
 * How many drivers of one product a plan takes, those of other matchers last. A plan of this size takes a tenth of
 * a second.
 */
export const MAX_DRIVERS_PER_PLAN = 2_000;

/** What a matcher knows when it plans moves. */
export interface IdleSight {
  readonly supply: SupplyIndex;
  readonly rideEnds: Pick<RideEnds, 'endOf'>;
  /** Drivers of other products are left out. */
  readonly product: string;
  /** Whether this matcher, and no other one, gives hints at this place. */
  readonly isOwn: (place: Point) => boolean;
  readonly nowMs: number;
  readonly etas: PairEtas;
  /** Where riders are expected, if there is a better forecast than the recent requests. */
  readonly targets?: readonly Point[] | undefined;
}

/** Moves of the own idle drivers, who count as supply together with all others who are or will soon be free. */
export function idleMoves(
  engine: DispatchEngine,
  { supply, rideEnds, product, isOwn, nowMs, etas, targets }: IdleSight,
): Move[] {
  const own = new Supply();
  const others = new Supply();
  for (const driver of supply.freeDrivers())
    if (driver.product === product)
      (isOwn(driver.point) ? own : others).add(driver.driverId, driver.point, 0);
  const idleCount = own.ids.length;
  if (idleCount === 0) return [];
  for (const [place, driverId] of others.ids.entries()) own.add(driverId, others.points[place] as Point, 0);
  for (const driver of supply.ridingDrivers()) {
    if (driver.booked || driver.product !== product) continue;
    const end = rideEnds.endOf(driver.driverId, nowMs);
    if (end !== undefined && end.meanS <= engine.params.supplyHorizonS)
      own.add(driver.driverId, driver.rideEnd, end.meanS);
  }
  return engine.moves({
    drivers: own.columns(product),
    idleCount,
    nowMs,
    etas,
    ...(targets !== undefined && { targets }),
  });
}

/** Collects drivers as columns, up to {@link MAX_DRIVERS_PER_PLAN}. */
class Supply {
  readonly ids: DriverId[] = [];
  readonly points: Point[] = [];
  readonly #availableInS: number[] = [];

  add(driverId: DriverId, point: Point, availableInS: number): void {
    if (this.ids.length >= MAX_DRIVERS_PER_PLAN) return;
    this.ids.push(driverId);
    this.points.push(point);
    this.#availableInS.push(availableInS);
  }

  columns(product: string): MatchDrivers {
    return {
      ids: this.ids,
      products: this.ids.map(() => product),
      points: this.points,
      availableInS: this.#availableInS,
      spreadS: new Float64Array(this.ids.length),
    };
  }
}
