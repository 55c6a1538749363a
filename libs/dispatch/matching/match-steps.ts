import type { DriverId, TripId } from '#libs/trip';
import type { Match } from './match-input.ts';

/** A driver who is asked to take a trip, and who goes where once it has said yes. */
export interface Ask {
  readonly match: Match;
  /** The driver it replaces goes to the first of these trips, that one's driver to the second, and so on. */
  readonly followUps: readonly Match[];
}

export interface MatchSteps {
  readonly asks: readonly Ask[];
  /** Drivers on their way who change places among themselves: nobody is asked, and all go at once. */
  readonly swaps: readonly (readonly Match[])[];
}

/**
 * How a plan is carried out. Only a driver who has nobody to pick up is asked: the others are at work, and are told. A
 * driver leaves its rider once another one has said yes, so nobody is ever left. Of a part of a plan, what hangs on the other
 * part is left out.
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

/** The last one takes the place that the first one leaves. */
function isRing(path: readonly Match[]): boolean {
  return path.length > 0 && path.at(-1)?.replaces === path[0]?.driverId;
}
