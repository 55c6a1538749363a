import type { PairEtas } from '#libs/dispatch';
import type { Point, TravelTable } from '#libs/geo';

const UINT32 = 2 ** 32;

/** Travel times as the engine gets them: the true ones, or off by a factor that is constant for each pair of nodes. */
export function estimatedTimes(
  table: TravelTable,
  nodeOf: (point: Point) => number,
  noise: number,
): PairEtas {
  return ({ pickups, origins, rowStarts, columns }) => {
    const seconds = new Float64Array(columns.length);
    const from = Int32Array.from(origins, nodeOf);
    pickups.forEach((pickup, row) => {
      const to = nodeOf(pickup);
      for (let pair = rowStarts[row] as number; pair < (rowStarts[row + 1] as number); pair++) {
        const origin = from[columns[pair] as number] as number;
        const trueS = table.secondsBetween(origin, to);
        seconds[pair] = noise === 0 ? trueS : trueS * factor(origin, to, noise);
      }
    });
    return seconds;
  };
}

/** Log-normal with median 1. */
function factor(from: number, to: number, sigma: number): number {
  const u = (hash(from, to) + 1) / (UINT32 + 1);
  const v = hash(to + 1, from + 7) / UINT32;
  return Math.exp(sigma * Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * v));
}

function hash(a: number, b: number): number {
  let mixed = Math.imul(a ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(b + 0x165667b1, 0xc2b2ae35);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d);
  mixed = Math.imul(mixed ^ (mixed >>> 12), 0x297a2d39);
  return (mixed ^ (mixed >>> 15)) >>> 0;
}
