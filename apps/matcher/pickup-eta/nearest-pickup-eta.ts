import type { RoundParams, SupplyIndex } from '#libs/dispatch';
import { questionOfPickup, type EtaProvider, type Point } from '#libs/geo';

export interface PickupEtaQuestion {
  readonly pickup: Point;
  readonly product: string;
}

/**
 * How long a rider would wait if the nearest free driver came now, in seconds; null where no driver whom a round
 * would consider can be there within the pickup cap.
 */
export async function nearestPickupEtaS(
  supply: SupplyIndex,
  etas: EtaProvider,
  { pickup, product }: PickupEtaQuestion,
  { candidatesPerTrip, pickupRadiusM, maxPickupEtaS }: RoundParams,
  nowMs: number,
): Promise<number | null> {
  const drivers = supply.nearest(pickup, { k: candidatesPerTrip, radiusM: pickupRadiusM, product });
  const origins = drivers.map((driver) => driver.point);
  const etaS = Math.min(Infinity, ...(await etas.etas(questionOfPickup(pickup, origins), nowMs)));
  return etaS <= maxPickupEtaS ? etaS : null;
}
