import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { greatCircleM, type Point } from './point.ts';
import { airRides, streetRides, thinnedLine } from './ride-route.ts';
import { StreetGraph } from './street-graph.ts';
import { preparedStreetEta } from './street-prepared-eta.ts';
import { StreetRouter } from './street-router.ts';

const HOURS = 24;
const settings = { accessSpeedMps: 7, localHour: () => 8 };
const edge = (from: number, to: number, seconds: number) => ({
  from,
  to,
  secondsByHour: Array.from({ length: HOURS }, () => seconds),
});
const lengthOf = (line: readonly Point[]) =>
  line.slice(1).reduce((sum, point, place) => sum + greatCircleM(line[place]!, point), 0);

/** A one-way motorway, a node every kilometre and a minute. */
const MINUTES = 500;
const motorway = new StreetGraph(
  Array.from({ length: MINUTES + 1 }, (_, id) => ({ id, lat: 38 + id * 0.009, lng: -9 })),
  Array.from({ length: MINUTES }, (_, id) => edge(id, id + 1, 60)),
);
const alongMotorway = (minutes: number, rideCutOffS?: number) =>
  streetRides({ router: new StreetRouter(motorway), ...settings, rideCutOffS }).ride(
    motorway.point(0),
    motorway.point(minutes),
    0,
  );

describe('the bound of a ride', () => {
  test.each([24, 31, 90, 359])('is not that of a drive to a pickup: %d minutes are a ride', (minutes) => {
    expect(alongMotorway(minutes)).toMatchObject({ seconds: minutes * 60, source: 'road' });
  });

  test('is named beyond it; no way at all is something else', () => {
    expect(alongMotorway(360)).toMatchObject({ seconds: 21_600 });
    expect(alongMotorway(361)).toBe('too_long');
    expect(alongMotorway(31, 1_800)).toBe('too_long');
    const router = new StreetRouter(motorway);
    const back = streetRides({ router, ...settings }).ride(motorway.point(9), motorway.point(0), 0);
    expect(back).toBe('no_route');
    const far = airRides({ speedMps: 7 }).ride({ lat: 38, lng: -9 }, { lat: 42, lng: -9 }, 0);
    expect(far).toBe('too_long');
  });

  test('is that of the drive to the end of a ride, too', () => {
    const eta = preparedStreetEta({ graph: motorway, ...settings });
    const [end, origins] = [motorway.point(60), [motorway.point(0)]];
    expect([...eta.etasToPickup(end, origins, 0)]).toEqual([Infinity]);
    expect([...eta.rides.etasToPickup(end, origins, 0)]).toEqual([3_600]);
  });
});

test('a ride over the bridge has the distance of the road that its time is of', () => {
  const bank = (id: number, lat: number, lng: number) => ({ id, lat, lng });
  const banks = new StreetGraph(
    [bank(0, 38.7, -9.2), bank(1, 38.7, -9.18), bank(2, 38.703, -9.18), bank(3, 38.703, -9.2)],
    [edge(0, 1, 190), edge(1, 2, 40), edge(2, 3, 190)],
  );
  const ride = streetRides({ router: new StreetRouter(banks), ...settings }).ride(
    banks.point(0),
    banks.point(3),
    0,
  );
  if (typeof ride === 'string') throw new Error(ride);
  expect(ride.seconds).toBeCloseTo(420);
  expect(greatCircleM(banks.point(0), banks.point(3))).toBeLessThan(400);
  expect(ride.distanceM).toBeCloseTo(lengthOf(ride.line), 3);
  expect(ride.distanceM).toBeGreaterThan(3_700);
});

test('a ride from a place on no street is by air, and says so', () => {
  const rides = streetRides({ router: new StreetRouter(motorway), ...settings });
  const offRoad = { lat: 38.5, lng: -8.9 };
  expect(rides.ride(offRoad, motorway.point(60), 0)).toEqual(
    airRides({ speedMps: settings.accessSpeedMps }).ride(offRoad, motorway.point(60), 0),
  );
});

test('distance, time and line are of one route, and a bound on the search changes none within it', () => {
  const side = 6;
  const place = fc.record({
    lat: fc.double({ min: 38.698, max: 38.712, noNaN: true }),
    lng: fc.double({ min: -9.202, max: -9.188, noNaN: true }),
  });
  const times = fc.array(fc.integer({ min: 1, max: 99 }), { minLength: 80, maxLength: 80 });
  const nodes = Array.from({ length: side * side }, (_, id) => ({
    id,
    lat: 38.7 + Math.floor(id / side) * 0.002,
    lng: -9.2 + (id % side) * 0.002,
  }));
  fc.assert(
    fc.property(times, place, place, fc.integer({ min: 0, max: 2_000 }), (seconds, from, to, rideCutOffS) => {
      const edges = nodes.flatMap(({ id }) => [
        ...(id % side < side - 1 ? [edge(id, id + 1, seconds[2 * id] ?? 5)] : []),
        ...(id + side < side * side ? [edge(id + side, id, seconds[2 * id + 1] ?? 5)] : []),
      ]);
      const router = new StreetRouter(new StreetGraph(nodes, edges));
      const free = streetRides({ router, ...settings, rideCutOffS: Infinity }).ride(from, to, 0);
      const bound = streetRides({ router, ...settings, rideCutOffS }).ride(from, to, 0);
      if (typeof free === 'string') return free === 'no_route' && typeof bound === 'string';
      expect(Math.abs(lengthOf(free.line) - free.distanceM)).toBeLessThan(1);
      expect([free.line[0], free.line.at(-1)]).toEqual([from, to]);
      expect(bound).toEqual(free.seconds <= rideCutOffS ? free : 'too_long');
      return true;
    }),
  );
});

test('a thinned line keeps its ends and its order, and is no longer than allowed', () => {
  const line = Array.from({ length: 1_234 }, (_, n) => ({ lat: n / 100, lng: 0 }));
  const thinned = thinnedLine(line, 500);
  expect(thinned).toHaveLength(500);
  expect([thinned[0], thinned.at(-1)]).toEqual([line[0], line.at(-1)]);
  expect(thinned.map(({ lat }) => lat)).toEqual(thinned.map(({ lat }) => lat).toSorted((a, b) => a - b));
  expect(thinnedLine(line.slice(0, 9), 500)).toEqual(line.slice(0, 9));
});
