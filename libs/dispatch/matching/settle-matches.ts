import type { DriverId, TripId } from '#libs/trip';
import type { Match } from './match-input.ts';

/** Matches that remain, and those that are dropped. */
export interface SettledMatches {
  readonly stand: readonly Match[];
  readonly fall: readonly Match[];
}

/**
 * Removes from a plan the matches that refused drivers make impossible. A match falls if its driver is refused, or if
 * the match that was to replace its driver on the old trip falls: so every rider with a driver keeps one.
 */
export function settleMatches(
  matches: readonly Match[],
  holderOf: (driverId: DriverId) => TripId | undefined,
  isRefused: (match: Match) => boolean,
): SettledMatches {
  const byTrip = new Map(matches.map((match) => [match.tripId, match]));
  const takerOf = new Map(matches.map((match) => [match.driverId, match]));
  const fallen = new Set<Match>();
  const waiting = matches.filter((match) => {
    const holder = holderOf(match.driverId);
    return isRefused(match) || (holder !== undefined && !byTrip.has(holder));
  });
  for (let match = waiting.pop(); match !== undefined; match = waiting.pop()) {
    if (fallen.has(match)) continue;
    fallen.add(match);
    const taker = match.replaces === undefined ? undefined : takerOf.get(match.replaces);
    if (taker !== undefined) waiting.push(taker);
  }
  return {
    stand: matches.filter((match) => !fallen.has(match)),
    fall: matches.filter((match) => fallen.has(match)),
  };
}
