import { DEFAULT_DETOUR_FACTOR, type GreatCircleEtaOptions } from './great-circle-eta.ts';
import { greatCircleM, type Point } from './point.ts';
import { pointsOnStreets } from './street-access.ts';
import { DEFAULT_RIDE_CUT_OFF_S, type StreetEtaSettings } from './street-eta.ts';
import type { StreetRouter } from './street-router.ts';

/** A ride from door to door. Distance, time and line are those of one route. */
export interface RideRoute {
  readonly distanceM: number;
  readonly seconds: number;
  /** From start to end. */
  readonly line: readonly Point[];
  /** `road`: a route on streets. `air`: estimated from the straight line. */
  readonly source: 'road' | 'air';
}

/** A ride, or why there is none: no street leads there, or it takes longer than a ride may. */
export type RideOutcome = RideRoute | 'no_route' | 'too_long';

/** Rides computed synchronously. */
export interface RideTable {
  /** The ride that starts at `atMs` (epoch milliseconds). */
  ride(from: Point, to: Point, atMs: number): RideOutcome;
}

/** The asynchronous port, for providers that need I/O. */
export interface RideProvider {
  /** As {@link RideTable.ride}. */
  ride(from: Point, to: Point, atMs: number): Promise<RideOutcome>;
}

/** A provider on a synchronous table. */
export function computedRides(table: RideTable): RideProvider {
  return { ride: (from, to, atMs) => Promise.resolve(table.ride(from, to, atMs)) };
}

export interface AirRideOptions extends GreatCircleEtaOptions {
  /** Longer rides are refused; {@link DEFAULT_RIDE_CUT_OFF_S} unless given. */
  readonly rideCutOffS?: number | undefined;
}

/** Rides by great circle, a detour factor and one speed. */
export function airRides({
  speedMps,
  detourFactor = DEFAULT_DETOUR_FACTOR,
  rideCutOffS = DEFAULT_RIDE_CUT_OFF_S,
}: AirRideOptions): RideTable {
  return {
    ride: (from, to) => {
      const distanceM = greatCircleM(from, to) * detourFactor;
      const seconds = distanceM / speedMps;
      if (seconds > rideCutOffS) return 'too_long';
      return { distanceM, seconds, line: [from, to], source: 'air' };
    },
  };
}

export interface StreetRideOptions extends Omit<StreetEtaSettings, 'cutOffS'> {
  readonly router: StreetRouter;
}

/**
 * Rides on a street graph: the fastest route between the nearest nodes, plus the straight line at both ends. By air if an
 * end is on no street.
 */
export function streetRides({
  router,
  accessSpeedMps,
  localHour,
  rideCutOffS = DEFAULT_RIDE_CUT_OFF_S,
  snapLimitM,
}: StreetRideOptions): RideTable {
  const byAir = airRides({ speedMps: accessSpeedMps, rideCutOffS });
  return {
    ride: (from, to, atMs) => {
      const { graph } = router;
      const { nodes, accessS, isOff } = pointsOnStreets(graph, [from, to], accessSpeedMps, snapLimitM);
      if (isOff.some((off) => off === 1)) return byAir.ride(from, to, atMs);
      const ends = [...nodes] as [number, number];
      const route = router.routeWithin(...ends, localHour(atMs), rideCutOffS);
      if (typeof route === 'string') return route;
      const toAndFromStreetS = accessS.reduce((sum, seconds) => sum + seconds, 0);
      const seconds = route.totalS + toAndFromStreetS;
      if (seconds > rideCutOffS) return 'too_long';
      return {
        distanceM: route.lengthM + toAndFromStreetS * accessSpeedMps,
        seconds,
        line: [from, ...route.nodes.map((node) => graph.point(node)), to],
        source: 'road',
      };
    },
  };
}

/** A line of at most `maxPoints` of its points, evenly chosen, with both ends. */
export function thinnedLine(line: readonly Point[], maxPoints: number): Point[] {
  if (line.length <= maxPoints) return [...line];
  const step = (line.length - 1) / (maxPoints - 1);
  return Array.from({ length: maxPoints }, (_, place) => line[Math.round(place * step)] as Point);
}
