import type { EtaTable } from './eta.ts';
import { shortDistanceM, type Point } from './point.ts';
import { HOURS_PER_DAY } from './street-file.ts';
import type { StreetRouter } from './street-router.ts';

/** Beyond this nobody is sent to a pickup: what the search for candidates may cost is bounded by it. */
export const DEFAULT_ETA_CUT_OFF_S = 1800;

const MS_PER_HOUR = 3_600_000;

export interface StreetEtaOptions {
  readonly router: StreetRouter;
  /** Speed between a point and its nearest node, metres per second. */
  readonly accessSpeedMps: number;
  /** Added to UTC for the local hour, which decides the segment times. */
  readonly utcOffsetMs: number;
  /** Longer ways count as none; {@link DEFAULT_ETA_CUT_OFF_S} unless given. */
  readonly cutOffS?: number;
}

/**
 * Travel times on the street graph at the hour of departure: nearest node to nearest node, plus the way by air
 * between each point and its node. One backward search a pickup, however many origins.
 * @throws RangeError unless the access speed is positive
 */
export function streetEta({
  router,
  accessSpeedMps,
  utcOffsetMs,
  cutOffS = DEFAULT_ETA_CUT_OFF_S,
}: StreetEtaOptions): EtaTable {
  if (!(accessSpeedMps > 0)) throw new RangeError(`accessSpeedMps must be positive, not ${accessSpeedMps}`);
  const accessS = (point: Point, node: number): number =>
    shortDistanceM(point, router.graph.point(node)) / accessSpeedMps;
  return {
    etasToPickup: (pickup, origins, atMs) => {
      const target = router.graph.nearestNode(pickup);
      const sources = origins.map((origin) => router.graph.nearestNode(origin));
      const toPickupS = accessS(pickup, target);
      const streetS = router.secondsTo(target, sources, hourOfDay(atMs + utcOffsetMs), cutOffS);
      return streetS.map((seconds, place) => {
        const origin = origins[place];
        const source = sources[place];
        if (origin === undefined || source === undefined) return Infinity;
        return seconds + toPickupS + accessS(origin, source);
      });
    },
  };
}

/** The hour (0 to 23) of a time of day in milliseconds, any day. */
export function hourOfDay(localMs: number): number {
  const hours = Math.floor(localMs / MS_PER_HOUR);
  return ((hours % HOURS_PER_DAY) + HOURS_PER_DAY) % HOURS_PER_DAY;
}
