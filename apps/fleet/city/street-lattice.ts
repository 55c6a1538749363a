import {
  HOURS_PER_DAY,
  boxCenter,
  boxContains,
  expandBoxM,
  greatCircleM,
  METERS_PER_DEGREE,
  StreetGraph,
  type BoundingBox,
  type Point,
  type StreetEdge,
  type StreetNode,
} from '#libs/geo';
import { randomStream, type Random } from '#libs/random';
import { largestMutuallyReachable } from './mutually-reachable.ts';

/** Avenues and streets go both ways, lanes one way. */
export type StreetRank = 'avenue' | 'street' | 'lane';

/** Speed on a free road, metres a second. */
const FREE_SPEED_MPS: Readonly<Record<StreetRank, number>> = { avenue: 13, street: 9, lane: 6 };
/** Waiting time at the crossing at the end of a segment. */
const CROSSING_S = 3;
/** Every n-th line is an avenue. */
const EVERY_AVENUE = 8;
/** Every n-th of the other lines is a street; the rest are lanes. */
const EVERY_STREET = 3;

/** Speed as a share of the free speed, in each hour of a working day. */
const FLOW_BY_HOUR: readonly number[] = [
  0.95, 1, 1, 1, 1, 0.98, 0.9, 0.72, 0.58, 0.62, 0.7, 0.7, 0.68, 0.68, 0.7, 0.7, 0.65, 0.57, 0.55, 0.64, 0.75,
  0.82, 0.88, 0.92,
];

/** The rank of the street along the n-th line of the lattice. */
export function rankOf(line: number): StreetRank {
  if (line % EVERY_AVENUE === 0) return 'avenue';
  return line % EVERY_STREET === 0 ? 'street' : 'lane';
}

/** Seconds to drive a segment in each hour of the day, the format of street files. */
export function segmentSecondsByHour(lengthM: number, rank: StreetRank): number[] {
  return Array.from({ length: HOURS_PER_DAY }, (_, hour) => {
    const speedMps = FREE_SPEED_MPS[rank] * (FLOW_BY_HOUR[hour] ?? 1);
    return Math.round((lengthM / speedMps + CROSSING_S) * 10) / 10;
  });
}

export interface LatticePlan {
  readonly box: BoundingBox;
  /** From west to east; no street south of it. */
  readonly shore: readonly Point[];
  readonly parks: readonly { readonly center: Point; readonly radiusM: number }[];
}

/** A crossing and its place in the lattice. */
interface Crossing {
  readonly point: Point;
  readonly row: number;
  readonly column: number;
}

/** Side of a block. */
const BLOCK_M = 105;
/** Rotation of the lattice from north. */
const ROTATION_DEG = 14;
/** Standard deviation of a crossing from the regular lattice, along each axis. */
const JITTER_M = 11;
/** Amplitude of the bends of a street. */
const BEND_M = 60;
/** Wavelength of the bends of a street, divided by 2π. */
const BEND_LENGTH_M = 900;
/** Distance between the outermost crossings and the edge of the box. */
const EDGE_MARGIN_M = 60;
/** Share of lanes that is left out, so that blocks merge and lanes have dead ends. */
const MISSING_LANE_SHARE = 0.08;

/**
 * A generated street network that resembles an old city: a rotated, bent and jittered lattice of avenues, two-way
 * streets and one-way lanes, two diagonal avenues, holes for parks and a river at its edge. Strongly connected, and
 * determined by the seed.
 */
export function streetLattice(plan: LatticePlan, seed: number): StreetGraph {
  const random = randomStream(seed, 'lattice');
  const crossings = layCrossings(plan, random);
  const edges = layStreets(crossings, random);
  const kept = largestMutuallyReachable(crossings.length, edges);
  const nodes: StreetNode[] = kept.map((id) => ({ id, ...(crossings[id] as Crossing).point }));
  const isKept = new Set(kept);
  return new StreetGraph(
    nodes,
    edges.filter(({ from, to }) => isKept.has(from) && isKept.has(to)),
  );
}

function layCrossings({ box, shore, parks }: LatticePlan, random: Random): Crossing[] {
  const center = boxCenter(box);
  const metersPerLng = METERS_PER_DEGREE * Math.cos((center.lat * Math.PI) / 180);
  const inside = expandBoxM(box, -EDGE_MARGIN_M);
  const corner = { lat: box.south, lng: box.west };
  const reach = Math.ceil(greatCircleM(center, corner) / BLOCK_M) + 1;
  const [cos, sin] = [Math.cos((ROTATION_DEG * Math.PI) / 180), Math.sin((ROTATION_DEG * Math.PI) / 180)];
  const crossings: Crossing[] = [];
  for (let row = -reach; row <= reach; row++) {
    for (let column = -reach; column <= reach; column++) {
      const x =
        column * BLOCK_M + BEND_M * Math.sin((row * BLOCK_M) / BEND_LENGTH_M) + random.normal() * JITTER_M;
      const y =
        row * BLOCK_M + BEND_M * Math.sin((column * BLOCK_M) / BEND_LENGTH_M) + random.normal() * JITTER_M;
      const point = {
        lat: center.lat + (x * sin + y * cos) / METERS_PER_DEGREE,
        lng: center.lng + (x * cos - y * sin) / metersPerLng,
      };
      const isPark = parks.some((park) => greatCircleM(park.center, point) < park.radiusM);
      if (boxContains(inside, point) && !isPark && point.lat > shoreLatAt(shore, point.lng)) {
        crossings.push({ point, row, column });
      }
    }
  }
  return crossings;
}

function layStreets(crossings: readonly Crossing[], random: Random): StreetEdge[] {
  const idAt = new Map(crossings.map(({ row, column }, id) => [`${row},${column}`, id]));
  const edges: StreetEdge[] = [];
  const lay = (from: number, row: number, column: number, rank: StreetRank, forward: boolean): void => {
    const to = idAt.get(`${row},${column}`);
    if (to === undefined) return;
    const lengthM = greatCircleM((crossings[from] as Crossing).point, (crossings[to] as Crossing).point);
    const secondsByHour = segmentSecondsByHour(lengthM, rank);
    if (rank !== 'lane') edges.push({ from, to, secondsByHour }, { from: to, to: from, secondsByHour });
    else if (!random.chance(MISSING_LANE_SHARE)) {
      edges.push(forward ? { from, to, secondsByHour } : { from: to, to: from, secondsByHour });
    }
  };
  for (const [from, { row, column }] of crossings.entries()) {
    lay(from, row, column + 1, rankOf(row), row % 2 === 0);
    lay(from, row + 1, column, rankOf(column), column % 2 === 0);
    if (row === column) lay(from, row + 1, column + 1, 'avenue', true);
    if (row === -column) lay(from, row + 1, column - 1, 'avenue', true);
  }
  return edges;
}

/** Latitude of the shore at a longitude: linear between its points, constant beyond them. */
function shoreLatAt(shore: readonly Point[], lng: number): number {
  let west = shore[0];
  if (west === undefined) return -90;
  for (const east of shore) {
    if (lng <= east.lng) {
      const width = east.lng - west.lng;
      return width === 0 ? east.lat : west.lat + ((east.lat - west.lat) * (lng - west.lng)) / width;
    }
    west = east;
  }
  return west.lat;
}
