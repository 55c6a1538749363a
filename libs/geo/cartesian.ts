import { EARTH_RADIUS_M } from './point.ts';

/**
 * Places as earth-centred coordinates in metres, three numbers per place in one array. The chord (straight line)
 * between two places grows with their great-circle distance, so both give the same nearest place, and the chord needs
 * no trigonometry.
 */
const RADIANS_PER_DEGREE = Math.PI / 180;

/** Writes the place as the `index`-th triple. */
export function putCartesian(triples: Float64Array, index: number, lat: number, lng: number): void {
  const phi = lat * RADIANS_PER_DEGREE;
  const lambda = lng * RADIANS_PER_DEGREE;
  const axisDistance = EARTH_RADIUS_M * Math.cos(phi);
  triples[3 * index] = axisDistance * Math.cos(lambda);
  triples[3 * index + 1] = axisDistance * Math.sin(lambda);
  triples[3 * index + 2] = EARTH_RADIUS_M * Math.sin(phi);
}

/** Squared chord between the `i`-th triple of `a` and the `j`-th of `b`, in square metres. */
export function chordSquared(a: Float64Array, i: number, b: Float64Array, j: number): number {
  const x = (a[3 * i] as number) - (b[3 * j] as number);
  const y = (a[3 * i + 1] as number) - (b[3 * j + 1] as number);
  const z = (a[3 * i + 2] as number) - (b[3 * j + 2] as number);
  return x * x + y * y + z * z;
}

/** Chord length of a great-circle distance, both in metres; the diameter for distances beyond the antipode. */
export function chordOfArc(arcM: number): number {
  return 2 * EARTH_RADIUS_M * Math.sin(Math.min(Math.PI / 2, arcM / (2 * EARTH_RADIUS_M)));
}

/** Great-circle distance of a chord length, both in metres. */
export function arcOfChord(chordM: number): number {
  return 2 * EARTH_RADIUS_M * Math.asin(Math.min(1, chordM / (2 * EARTH_RADIUS_M)));
}

/**
 * Distance in metres from the `i`-th triple of `a` to the plane through the earth's centre and triples `j` and `k` of
 * `b`.
 */
export function distanceToPlane(a: Float64Array, i: number, b: Float64Array, j: number, k: number): number {
  const [ux, uy, uz] = [b[3 * j] as number, b[3 * j + 1] as number, b[3 * j + 2] as number];
  const [vx, vy, vz] = [b[3 * k] as number, b[3 * k + 1] as number, b[3 * k + 2] as number];
  const [nx, ny, nz] = [uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx];
  const along = (a[3 * i] as number) * nx + (a[3 * i + 1] as number) * ny + (a[3 * i + 2] as number) * nz;
  return Math.abs(along) / Math.hypot(nx, ny, nz);
}
