import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Bounds of the city, degrees: wide enough for a dozen base shards. */
const BOX = { south: 38.68, west: -9.22, north: 38.8, east: -9.06 };
/** Margin beyond the streets, for drivers. */
const MARGIN_DEG = 0.01;
/** In the middle of the city, about 1.4 km apart. */
export const CANARY_RIDE = { pickup: { lat: 38.74, lng: -9.14 }, dropoff: { lat: 38.75, lng: -9.13 } };
const ROWS = 40;
const COLUMNS = 40;
/** Seconds per block, by day and night: about 340 m. */
const BLOCK_S = 34;
const HOURS = 24;

/** The service area: `south,west,north,east` in degrees. */
export const GRID_AREA = [
  BOX.south - MARGIN_DEG,
  BOX.west - MARGIN_DEG,
  BOX.north + MARGIN_DEG,
  BOX.east + MARGIN_DEG,
].join(',');

/** Writes a city of straight streets for a fleet to drive on; returns its directory. */
export function writeGridStreets(parent: string): string {
  const directory = join(parent, 'streets');
  mkdirSync(directory);
  const nodes: string[] = ['node_id,lat,lon'];
  const hours = Array.from({ length: HOURS }, (_, hour) => `s${String(hour).padStart(2, '0')}`);
  const edges: string[] = [`from,to,${hours.join(',')}`];
  const seconds = Array.from({ length: HOURS }, () => BLOCK_S).join(',');
  for (let row = 0; row < ROWS; row++) {
    for (let column = 0; column < COLUMNS; column++) {
      const id = row * COLUMNS + column;
      nodes.push(
        `${id},${between(BOX.south, BOX.north, row / ROWS)},${between(BOX.west, BOX.east, column / COLUMNS)}`,
      );
      if (column > 0) edges.push(`${id},${id - 1},${seconds}`, `${id - 1},${id},${seconds}`);
      if (row > 0) edges.push(`${id},${id - COLUMNS},${seconds}`, `${id - COLUMNS},${id},${seconds}`);
    }
  }
  writeFileSync(join(directory, 'nodes.csv'), `${nodes.join('\n')}\n`);
  writeFileSync(join(directory, 'edges.csv'), `${edges.join('\n')}\n`);
  return directory;
}

function between(low: number, high: number, share: number): string {
  return (low + (high - low) * share).toFixed(6);
}
