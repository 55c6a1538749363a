import { shortDistanceM, type Point } from './point.ts';

/**
 * How fast a vehicle can be, straight line over time: 216 km/h. A faster row of a file has another unit, or is wrong.
 * Measured on Manhattan: at most 83 km/h for a trip, 135 km/h for a segment with the rounding below.
 */
export const MAX_PLAUSIBLE_SPEED_MPS = 60;
/** How much the rounding to whole seconds may shorten the time of a segment. */
export const SEGMENT_ROUNDING_S = 1;
/** How much the rounding to whole minutes may shorten the time of a trip of 0 s. */
export const ZERO_TRIP_ROUNDING_S = 60;

/** What is impossible about driving between two points in this time; undefined if nothing is. */
export function impossibleDrive(
  from: Point,
  to: Point,
  seconds: number,
  roundingS: number,
): string | undefined {
  const distanceM = shortDistanceM(from, to);
  if (distanceM <= MAX_PLAUSIBLE_SPEED_MPS * (seconds + roundingS)) return undefined;
  const km = `${(distanceM / 1000).toFixed(1)} km`;
  const speed = seconds === 0 ? '' : ` (${Math.round((distanceM / seconds) * 3.6)} km/h)`;
  const limit = Math.round(MAX_PLAUSIBLE_SPEED_MPS * 3.6);
  return `expected a time in seconds at ${limit} km/h or less, got ${seconds} s for ${km} straight line${speed}`;
}
