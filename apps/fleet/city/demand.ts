import {
  greatCircleM,
  StreetRouter,
  tripsWithin,
  type Point,
  type RecordedTrip,
  type RecordedWindow,
  type StreetGraph,
} from '#libs/geo';
import { randomStream, type Random } from '#libs/random';
import { drawNode, type HotSpot } from './hot-spots.ts';

/** One requested ride. */
export interface DemandTrip {
  /** From 0 up, in order of time. */
  readonly index: number;
  /** Seconds after the demand begins. */
  readonly atS: number;
  readonly pickup: Point;
  readonly dropoff: Point;
  /** Duration of the ride in seconds; null: the travel time of the streets. */
  readonly rideS: number | null;
}

const SECONDS_PER_HOUR = 3_600;

/** The recorded trips that can be requested again, and the number of those that cannot. */
export interface Replay {
  readonly demand: readonly DemandTrip[];
  /** Trips whose pickup and dropoff snap to the same node: a phone cannot request such a ride. */
  readonly leftOut: number;
}

/** The recorded trips of the window, in order of their requests, at their recorded times. */
export function replayedDemand(trips: readonly RecordedTrip[], window: RecordedWindow): Replay {
  const recorded = tripsWithin(trips, window);
  const demand = recorded
    .filter(({ pickup, dropoff }) => pickup.lat !== dropoff.lat || pickup.lng !== dropoff.lng)
    .sort((a, b) => a.requestedAtS - b.requestedAtS)
    .map(({ requestedAtS, pickup, dropoff, tripS }, index) => ({
      index,
      atS: requestedAtS - window.fromS,
      pickup,
      dropoff,
      rideS: tripS > 0 ? tripS : null,
    }));
  return { demand, leftOut: recorded.length - demand.length };
}

/** Nodes where drivers start: the dropoffs of the hour before, or if there are none, the pickups to come. */
export function startsFromTrips(
  graph: StreetGraph,
  trips: readonly RecordedTrip[],
  { fromS, toS }: RecordedWindow,
  seed: number,
  count: number,
): number[] {
  const before = tripsWithin(trips, { fromS: fromS - SECONDS_PER_HOUR, toS: fromS });
  const places: readonly Point[] =
    before.length > 0
      ? before.map(({ dropoff }) => dropoff)
      : tripsWithin(trips, { fromS, toS }).map(({ pickup }) => pickup);
  return Array.from({ length: count }, (_, driver) =>
    graph.nearestNode(randomStream(seed, 'driver-start', driver).pick(places)),
  );
}

/** Shortest generated trip: riders walk shorter ones. */
const SHORTEST_TRIP_M = 700;
/** Maximum draws of a destination for one trip until its distance fits. */
const MAX_DRAWS_PER_TRIP = 50;

/** Share of their time that drivers spend on trips: busy, with a reserve everywhere. */
export const TARGET_UTILIZATION = 0.65;
/** Approximate time that a trip costs a driver besides the ride: the drive to the pickup and the boarding. */
const APPROACH_AND_BOARDING_S = 130;
/** Rides drawn to estimate the mean duration of a ride. */
const RIDES_SAMPLED = 200;

/** An endless Poisson process of trips between hot spots and the rest of the streets. */
export function* syntheticDemand(
  graph: StreetGraph,
  hotSpots: readonly HotSpot[],
  seed: number,
  tripsPerS: number,
  longestM = Infinity,
): Generator<DemandTrip, never> {
  const gaps = randomStream(seed, 'demand-gap');
  let atS = 0;
  for (let index = 0; ; index++) {
    atS += gaps.exponential(1 / tripsPerS);
    const [from, to] = drawEnds(graph, hotSpots, randomStream(seed, 'demand-ends', index), longestM);
    yield { index, atS, pickup: graph.point(from), dropoff: graph.point(to), rideS: null };
  }
}

/** The request rate at which this number of drivers has {@link TARGET_UTILIZATION}, in the traffic of an hour. */
export function rateFor(
  graph: StreetGraph,
  hotSpots: readonly HotSpot[],
  seed: number,
  drivers: number,
  hour: number,
  longestM = Infinity,
): number {
  const router = new StreetRouter(graph);
  let totalS = 0;
  for (let ride = 0; ride < RIDES_SAMPLED; ride++) {
    const [from, to] = drawEnds(graph, hotSpots, randomStream(seed, 'demand-sample', ride), longestM);
    totalS += router.route(from, to, hour)?.totalS ?? 0;
  }
  return (drivers * TARGET_UTILIZATION) / (totalS / RIDES_SAMPLED + APPROACH_AND_BOARDING_S);
}

/** Draws two nodes {@link SHORTEST_TRIP_M} to `longestM` apart, straight line. */
function drawEnds(
  graph: StreetGraph,
  hotSpots: readonly HotSpot[],
  random: Random,
  longestM: number,
): [number, number] {
  const from = drawNode(graph, hotSpots, random);
  for (let draw = 0; draw < MAX_DRAWS_PER_TRIP; draw++) {
    const to = drawNode(graph, hotSpots, random);
    const distanceM = greatCircleM(graph.point(from), graph.point(to));
    if (graph.partOf(from) !== graph.partOf(to)) continue;
    if (distanceM >= SHORTEST_TRIP_M && distanceM <= longestM) return [from, to];
  }
  // The network is too small for that: any other node of the same part will do.
  const first = random.below(graph.nodeCount);
  for (let step = 0; step < graph.nodeCount; step++) {
    const to = (first + step) % graph.nodeCount;
    if (to !== from && graph.partOf(to) === graph.partOf(from)) return [from, to];
  }
  return [from, from];
}
