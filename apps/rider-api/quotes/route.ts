import { HailgridError } from '#libs/contracts';
import {
  boxContains,
  greatCircleM,
  type BoundingBox,
  type CellKey,
  type Point,
  type RideOutcome,
  type RideRoute,
} from '#libs/geo';
import type { ShardMap } from '#libs/ownership';

const SECONDS_PER_MIN = 60;
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

/** The ride, if there is one. Throws `no_route` or `ride_too_long`. */
export function requireRide(outcome: RideOutcome, maxRideS: number): RideRoute {
  if (outcome === 'no_route')
    throw new HailgridError('no_route', 'no route from pickup to dropoff', {
      issues: [{ pointer: '/dropoff', message: 'there is no route from the pickup' }],
    });
  if (outcome === 'too_long')
    throw new HailgridError('ride_too_long', `the ride takes more than ${maxRideS} s`, {
      detail: `A ride takes at most ${Math.round(maxRideS / SECONDS_PER_MIN)} minutes.`,
      issues: [{ pointer: '/dropoff', message: 'too far from the pickup' }],
    });
  return outcome;
}
