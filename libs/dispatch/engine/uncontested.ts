import { greatCircleM } from '#libs/geo';
import { pausedDriverIds } from '#libs/trip';
import type { OpenTrip } from '../open-trip.ts';
import type { SupplyIndex } from '../supply-index.ts';

/**
 * Whether no other waiting trip competes for the nearest driver of a trip. Waiting for more trips then gains nothing,
 * so the round may run at once.
 */
export function isUncontested(
  trip: OpenTrip,
  demand: Iterable<OpenTrip>,
  supply: SupplyIndex,
  radiusM: number,
  nowMs: number,
): boolean {
  const { pickup, product } = trip;
  const barred = new Set([...trip.excludedDriverIds, ...pausedDriverIds(trip.pauses, nowMs)]);
  const [nearest] = supply.nearest(pickup, {
    k: 1,
    radiusM,
    product,
    isExcluded: (driverId) => barred.has(driverId),
  });
  if (nearest === undefined) return false;
  for (const other of demand) {
    const waits = other.tripId !== trip.tripId && other.driverId === undefined && !other.offered;
    if (waits && other.product === product && greatCircleM(other.pickup, nearest.point) <= radiusM)
      return false;
  }
  return true;
}
