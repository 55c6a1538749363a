import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { greatCircleM, parseTrips } from '#libs/geo';
import { replayedDemand, startsFromTrips, rateFor, syntheticDemand, type DemandTrip } from './demand.ts';
import { hotSpotsOn, startsFromHotSpots } from './hot-spots.ts';
import { LISBON_BOX, LISBON_HOT_SPOTS, LISBON_PARKS, LISBON_SHORE } from './lisbon.ts';
import { streetLattice } from './street-lattice.ts';

const graph = streetLattice({ box: LISBON_BOX, shore: LISBON_SHORE, parks: LISBON_PARKS }, 1);

function take(demand: Iterable<DemandTrip>, count: number): DemandTrip[] {
  const trips: DemandTrip[] = [];
  for (const trip of demand) {
    trips.push(trip);
    if (trips.length === count) break;
  }
  return trips;
}

test('generated demand depends on the seed alone, is ordered by time and has no ride too short for a car', () => {
  fc.assert(
    fc.property(fc.nat(), fc.double({ min: 0.1, max: 10, noNaN: true }), (seed, rate) => {
      const trips = take(syntheticDemand(graph, LISBON_HOT_SPOTS, seed, rate), 30);
      expect(take(syntheticDemand(graph, LISBON_HOT_SPOTS, seed, rate), 30)).toEqual(trips);
      expect(trips.map(({ index }) => index)).toEqual(trips.map((_, index) => index));
      expect(trips.every(({ atS }, place) => atS > (trips[place - 1]?.atS ?? 0))).toBe(true);
      expect(trips.every(({ pickup, dropoff }) => greatCircleM(pickup, dropoff) >= 700)).toBe(true);
    }),
    { numRuns: 30 },
  );
});

test('generated demand has the configured rate', () => {
  const trips = take(syntheticDemand(graph, LISBON_HOT_SPOTS, 3, 2), 5_000);
  // 5000 exponential gaps of 0.5 s: 2500 s, with a deviation of 35 s.
  expect(trips.at(-1)!.atS).toBeGreaterThan(2_360);
  expect(trips.at(-1)!.atS).toBeLessThan(2_640);
});

test('generated trips can be kept short, which raises the rate of requests', () => {
  const trips = take(syntheticDemand(graph, LISBON_HOT_SPOTS, 3, 2, 2_000), 300);
  const distances = trips.map(({ pickup, dropoff }) => greatCircleM(pickup, dropoff));
  expect(distances.every((distanceM) => distanceM <= 2_000)).toBe(true);
  expect(rateFor(graph, LISBON_HOT_SPOTS, 1, 300, 12, 2_000)).toBeGreaterThan(
    rateFor(graph, LISBON_HOT_SPOTS, 1, 300, 12),
  );
});

test('the rate is in proportion to the drivers and lower when traffic is slow', () => {
  const rate = rateFor(graph, LISBON_HOT_SPOTS, 1, 300, 3);
  expect(rateFor(graph, LISBON_HOT_SPOTS, 1, 600, 3)).toBeCloseTo(2 * rate, 9);
  expect(rateFor(graph, LISBON_HOT_SPOTS, 1, 300, 18)).toBeLessThan(rate);
  const spots = hotSpotsOn(graph, 1);
  expect(startsFromHotSpots(graph, spots, 1, 50)).toEqual(startsFromHotSpots(graph, spots, 1, 50));
});

const TRIPS = parseTrips(
  [
    'trip_id,requested_at_s,pickup_lat,pickup_lon,dropoff_lat,dropoff_lon,trip_s',
    'a,100,38.71,-9.14,38.72,-9.15,300',
    'c,7300,38.73,-9.14,38.74,-9.15,0',
    'b,7200,38.72,-9.14,38.73,-9.15,600',
    'd,7260,38.71,-9.13,38.72,-9.14,240',
    'f,7210,38.71,-9.13,38.71,-9.13,240',
    'e,7320,38.71,-9.13,38.72,-9.14,240',
  ].join('\n'),
);

test('recorded trips of the window are replayed in order, at their recorded times', () => {
  const { demand: trips, leftOut } = replayedDemand(TRIPS, { fromS: 7200, toS: 7320 });
  expect(leftOut).toBe(1);
  expect(trips.map(({ index, atS, rideS }) => [index, atS, rideS])).toEqual([
    [0, 0, 600],
    [1, 60, 240],
    [2, 100, null],
  ]);
  expect(trips[0]?.pickup).toEqual({ lat: 38.72, lng: -9.14 });
});

test('drivers start at the dropoffs of the hour before, or else at the pickups to come', () => {
  const before = startsFromTrips(graph, TRIPS, { fromS: 3_600, toS: 7_000 }, 1, 5);
  expect(new Set(before)).toEqual(new Set([graph.nearestNode({ lat: 38.72, lng: -9.15 })]));
  const pickups = [
    { lat: 38.72, lng: -9.14 },
    { lat: 38.71, lng: -9.13 },
    { lat: 38.73, lng: -9.14 },
  ].map((point) => graph.nearestNode(point));
  const none = startsFromTrips(graph, TRIPS, { fromS: 7200, toS: 7320 }, 1, 20);
  expect(none.every((node) => pickups.includes(node))).toBe(true);
  expect(new Set(none).size).toBeGreaterThan(1);
});
