import { HOURS_PER_DAY, StreetGraph, type StreetEdge, type StreetNode } from '#libs/geo';
import { seededFractions } from '#libs/random';

const CORNER = { lat: 38.6, lng: -9.3 };
/** About 100 m either way. */
const BLOCK = { lat: 0.0009, lng: 0.00115 };
const EVERY_AVENUE = 20;
const EVERY_STREET = 5;
/** Seconds per block without traffic. */
const AVENUE_S = 6;
const STREET_S = 10;
const LANE_S = 16;
/** Maximum variation between segments of one kind. */
const SPREAD = 0.8;
const RUSH_HOURS = [8, 17];
const RUSH_FACTOR = 1.6;

/** A square city of blocks: avenues and streets are two-way, lanes one-way in alternating directions. */
export function gridCity(side: number, seed: number): StreetGraph {
  const random = seededFractions(seed);
  const nodes = Array.from({ length: side * side }, (_, id): StreetNode => ({
    id,
    lat: CORNER.lat + Math.floor(id / side) * BLOCK.lat,
    lng: CORNER.lng + (id % side) * BLOCK.lng,
  }));
  const edges: StreetEdge[] = [];
  const lay = (from: number, to: number, line: number): void => {
    const seconds = (): number => Math.round(secondsOn(line) * (1 + SPREAD * random()));
    // A one-way lane on the edge of the city would make corners unreachable.
    const isLane = line % EVERY_STREET !== 0 && line !== side - 1;
    if (!isLane || line % 2 === 0) edges.push({ from, to, secondsByHour: byHour(seconds()) });
    if (!isLane || line % 2 === 1) edges.push({ from: to, to: from, secondsByHour: byHour(seconds()) });
  };
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      const node = row * side + column;
      if (column + 1 < side) lay(node, node + 1, row);
      if (row + 1 < side) lay(node, node + side, column);
    }
  }
  return new StreetGraph(nodes, edges);
}

function secondsOn(line: number): number {
  if (line % EVERY_AVENUE === 0) return AVENUE_S;
  return line % EVERY_STREET === 0 ? STREET_S : LANE_S;
}

function byHour(seconds: number): number[] {
  return Array.from({ length: HOURS_PER_DAY }, (_, hour) =>
    RUSH_HOURS.includes(hour) ? Math.round(seconds * RUSH_FACTOR) : seconds,
  );
}
