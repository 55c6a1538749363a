import { HailgridError } from '#libs/contracts';
import {
  boxContains,
  greatCircleM,
  questionOfPickup,
  type BoundingBox,
  type CellKey,
  type Point,
  type EtaProvider,
} from '#libs/geo';
import type { ShardMap } from '#libs/ownership';

/** How far apart pickup and drop-off have to be: GPS cannot tell nearer points apart. */
export const MIN_ROUTE_M = 20;

/** Throws `outside_service_area` or `route_too_short` where nobody could be driven so. */
export function checkRoute(area: BoundingBox, pickup: Point, dropoff: Point): void {
  requireInside(boxContains(area, pickup), 'pickup');
  requireInside(boxContains(area, dropoff), 'dropoff');
  if (greatCircleM(pickup, dropoff) < MIN_ROUTE_M) {
    throw new HailgridError('route_too_short', 'pickup and dropoff are the same place', {
      detail: `Pickup and dropoff must be at least ${MIN_ROUTE_M} m apart.`,
    });
  }
}

/** Throws `outside_service_area` where no shard holds the pickup, `unavailable` while there is no map to tell. */
export function checkPickupShard(map: ShardMap, pickupCell: CellKey): void {
  if (map.size === 0) throw new HailgridError('unavailable', 'the shard map has not been read yet');
  requireInside(map.claimContaining(pickupCell) !== undefined, 'pickup');
}

function requireInside(isInside: boolean, member: 'pickup' | 'dropoff'): void {
  if (isInside) return;
  throw new HailgridError('outside_service_area', `${member} outside the service area`, {
    issues: [{ pointer: `/${member}`, message: 'outside the service area' }],
  });
}

export interface RideEstimate {
  distanceM: number;
  tripS: number;
}

/**
 * How far and how long a ride is when it leaves at `atMs`: the time as the provider of travel times knows it, the
 * distance by great circle and detour factor.
 */
export async function estimateRide(
  etas: EtaProvider,
  detourFactor: number,
  pickup: Point,
  dropoff: Point,
  atMs: number,
): Promise<RideEstimate> {
  // The provider answers "from origins to one place"; here the place is the dropoff and the only origin the pickup.
  const [tripS = Infinity] = await etas.etas(questionOfPickup(dropoff, [pickup]), atMs);
  return { distanceM: greatCircleM(pickup, dropoff) * detourFactor, tripS };
}
