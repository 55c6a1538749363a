import type { DriverId, TripId } from '#libs/trip';
import type { Match } from './match-input.ts';

/** A driver who is asked to take a trip, and the moves that follow its acceptance. */
export interface Ask {
  readonly match: Match;
  /** The replaced driver goes to the first of these trips, the driver of that trip to the second, and so on. */
  readonly followUps: readonly Match[];
}

export interface MatchSteps {
  readonly asks: readonly Ask[];
  /** Rings of drivers on their way who exchange trips: none is asked, and all move at once. */
  readonly swaps: readonly (readonly Match[])[];
}

/**
 * Divides a plan into steps. Only a driver without a rider to pick up is asked; drivers at work are sent. A driver
 * leaves its rider only after its replacement has accepted, so no rider loses a driver. Steps of a partial plan that
 * depend on the missing part are left out.
 *
 * @param holderOf the trip that a driver is on its way to
 */
export function matchSteps(
  matches: readonly Match[],
  holderOf: (driverId: DriverId) => TripId | undefined,
): MatchSteps {
  const byDriver = new Map(matches.map((match) => [match.driverId, match]));
  const placed = new Set<Match>();
  const follow = (first: Match): Match[] => {
    const path: Match[] = [];
    for (let match: Match | undefined = first; match !== undefined && !placed.has(match);) {
      placed.add(match);
      path.push(match);
      match = match.replaces === undefined ? undefined : byDriver.get(match.replaces);
    }
    return path;
  };
  const asks = matches
    .filter(({ driverId }) => holderOf(driverId) === undefined)
    .map((match): Ask => ({ match, followUps: follow(match).slice(1) }));
  const swaps = matches.filter((match) => !placed.has(match)).map(follow);
  return { asks, swaps: swaps.filter(isRing) };
}

/** True if the last match replaces the driver of the first one. */
function isRing(path: readonly Match[]): boolean {
  return path.length > 0 && path.at(-1)?.replaces === path[0]?.driverId;
}
