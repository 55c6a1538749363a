import type { Point } from '#libs/geo';

/** How many units a degree has in Valhalla's shapes: six decimals. */
const UNITS_PER_DEGREE = 1e6;
/** The encoding stores five bits of a number in each character, the lowest ones first. */
const BITS_PER_CHARACTER = 5;

/**
 * Decodes a line in Google's polyline encoding with six decimals.
 *
 * @throws RangeError if the text ends within a point
 */
export function decodePolyline(text: string): Point[] {
  const numbers: number[] = [];
  let [value, place] = [0, 0];
  for (const character of text) {
    const bits = character.charCodeAt(0) - 63;
    value += (bits & 31) * 2 ** (place++ * BITS_PER_CHARACTER);
    if (bits >= 32) continue;
    // The lowest bit is the sign.
    numbers.push(value % 2 === 1 ? -(value + 1) / 2 : value / 2);
    [value, place] = [0, 0];
  }
  if (place > 0 || numbers.length % 2 === 1) throw new RangeError('the polyline ends within a point');
  const points: Point[] = [];
  let [lat, lng] = [0, 0];
  for (let index = 0; index < numbers.length; index += 2) {
    lat += numbers[index] as number;
    lng += numbers[index + 1] as number;
    points.push({ lat: lat / UNITS_PER_DEGREE, lng: lng / UNITS_PER_DEGREE });
  }
  return points;
}
