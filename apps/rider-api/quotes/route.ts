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

/** Shortest distance between pickup and drop-off: GPS cannot distinguish nearer points. */
export const MIN_ROUTE_M = 20;

/** Throws `outside_service_area` or `route_too_short` if the ride is not possible. */
export function checkRoute(area: BoundingBox, pickup: Point, dropoff: Point): void {
  requireInside(boxContains(area, pickup), 'pickup');
  requireInside(boxContains(area, dropoff), 'dropoff');
  if (greatCircleM(pickup, dropoff) < MIN_ROUTE_M) {
    throw new HailgridError('route_too_short', 'pickup and dropoff are the same place', {
      detail: `Pickup and dropoff must be at least ${MIN_ROUTE_M} m apart.`,
    });
  }
}

/** Throws `outside_service_area` if no shard contains the pickup, `unavailable` while there is no shard map. */
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
 * Distance and time of a ride that starts at `atMs`: the time from the travel-time provider, the distance by great
 * circle times detour factor.
 */
export async function estimateRide(
  etas: EtaProvider,
  detourFactor: number,
  pickup: Point,
  dropoff: Point,
  atMs: number,
): Promise<RideEstimate> {
  // The provider answers many origins to one destination: here one origin, the pickup, to the dropoff.
  const [tripS = Infinity] = await etas.etas(questionOfPickup(dropoff, [pickup]), atMs);
  return { distanceM: greatCircleM(pickup, dropoff) * detourFactor, tripS };
}
