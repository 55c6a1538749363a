import type { StreetCity } from './street-city.ts';

/** Cars start where rides requested in this time before the start had ended. */
const STARTS_FROM_S = 1_800;
/** Without earlier rides: cars start at this many of the first rides of the day. */
const FIRST_RIDES = 2_000;

/** The intersections at which the cars are when a run begins. */
export function startsOf(city: StreetCity, fromS: number, count: number, random: () => number): number[] {
  const before = city.rides.filter(
    ({ requestedAtS }) => requestedAtS < fromS && requestedAtS >= fromS - STARTS_FROM_S,
  );
  const sources = before.length > 0 ? before : city.rides.slice(0, FIRST_RIDES);
  return Array.from({ length: count }, () => sources[Math.floor(random() * sources.length)]?.to ?? 0);
}
