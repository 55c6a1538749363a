import { greatCircleM, questionOfPickup, type EtaProvider, type Point } from '#libs/geo';

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
