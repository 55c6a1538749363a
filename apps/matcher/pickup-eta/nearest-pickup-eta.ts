import type { RoundParams, SupplyIndex } from '#libs/dispatch';
import type { EtaTable, Point } from '#libs/geo';

export interface PickupEtaQuestion {
  readonly pickup: Point;
  readonly product: string;
}

/**
 * How long a rider would wait if the nearest free driver came now, in seconds; null where no driver whom a round
 * would consider can be there within the pickup cap.
 */
export function nearestPickupEtaS(
  supply: SupplyIndex,
  etas: EtaTable,
  { pickup, product }: PickupEtaQuestion,
  { candidatesPerTrip, pickupRadiusM, maxPickupEtaS }: RoundParams,
  nowMs: number,
): number | null {
  const drivers = supply.nearest(pickup, { k: candidatesPerTrip, radiusM: pickupRadiusM, product });
  const origins = drivers.map((driver) => driver.point);
  const etaS = Math.min(Infinity, ...etas.etasToPickup(pickup, origins, nowMs));
  return etaS <= maxPickupEtaS ? etaS : null;
}
