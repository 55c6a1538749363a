import { METERS_PER_DEGREE, type Point, type StreetGraph } from '#libs/geo';
import { randomStream, type Random } from '#libs/random';

/** A place where many trips begin and end. */
export interface HotSpot {
  readonly center: Point;
  /** Standard deviation of the trip ends around it. */
  readonly spreadM: number;
  /** Its share relative to the other hot spots. */
  readonly weight: number;
}

/** Share of trip ends at a hot spot; the others are anywhere on the streets. */
const HOT_SPOT_SHARE = 0.75;
/** Number of hot spots on a street network that defines none. */
const HOT_SPOTS_OF_FOREIGN_STREETS = 10;
/** Spread of such a hot spot. */
const FOREIGN_SPREAD_M = 400;

/** Random nodes as hot spots, for a street network that defines none. */
export function hotSpotsOn(graph: StreetGraph, seed: number): HotSpot[] {
  const random = randomStream(seed, 'hot-spots');
  return Array.from({ length: HOT_SPOTS_OF_FOREIGN_STREETS }, () => ({
    center: graph.point(random.below(graph.nodeCount)),
    spreadM: FOREIGN_SPREAD_M,
    weight: random.between(0.5, 2),
  }));
}

/** Draws a node where a trip begins or ends. */
export function drawNode(graph: StreetGraph, hotSpots: readonly HotSpot[], random: Random): number {
  if (!random.chance(HOT_SPOT_SHARE)) return random.below(graph.nodeCount);
  const { center, spreadM } = drawHotSpot(hotSpots, random);
  const metersPerLng = METERS_PER_DEGREE * Math.cos((center.lat * Math.PI) / 180);
  return graph.nearestNode({
    lat: center.lat + (random.normal() * spreadM) / METERS_PER_DEGREE,
    lng: center.lng + (random.normal() * spreadM) / metersPerLng,
  });
}

/** Draws the nodes where drivers start, distributed like the demand. */
export function startsFromHotSpots(
  graph: StreetGraph,
  hotSpots: readonly HotSpot[],
  seed: number,
  count: number,
): number[] {
  return Array.from({ length: count }, (_, driver) =>
    drawNode(graph, hotSpots, randomStream(seed, 'driver-start', driver)),
  );
}

function drawHotSpot(hotSpots: readonly HotSpot[], random: Random): HotSpot {
  const total = hotSpots.reduce((sum, { weight }) => sum + weight, 0);
  let left = random.fraction() * total;
  for (const spot of hotSpots) {
    left -= spot.weight;
    if (left < 0) return spot;
  }
  return random.pick(hotSpots);
}
