import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dataReportLines } from './data-report.ts';
import { greatCircleM } from './point.ts';
import { readRecordedCity } from './recorded-city.ts';
import { streetRides } from './ride-route.ts';
import { streetEta } from './street-eta.ts';
import type { StreetEdge, StreetNode } from './street-file.ts';
import { StreetGraph } from './street-graph.ts';
import { servedNetwork } from './street-network.ts';
import { strongParts } from './street-parts.ts';
import { StreetRouter } from './street-router.ts';

const HOURS = Array.from({ length: 24 }, (_, hour) => `s${String(hour).padStart(2, '0')}`);
const edge = (from: number, to: number): StreetEdge => ({ from, to, secondsByHour: HOURS.map(() => 20) });
/** A two-way lattice of blocks of 0.001 degrees. */
function lattice(side: number, firstId: number, lat: number, lng: number) {
  const nodes: StreetNode[] = [];
  const edges: StreetEdge[] = [];
  for (let id = 0; id < side * side; id++) {
    const [row, column] = [Math.floor(id / side), id % side];
    nodes.push({ id: firstId + id, lat: lat + row / 1000, lng: lng + column / 1000 });
    const at = firstId + id;
    if (column > 0) edges.push(edge(at, at - 1), edge(at - 1, at));
    if (row > 0) edges.push(edge(at, at - side), edge(at - side, at));
  }
  return { nodes, edges };
}

const city = lattice(8, 0, 40, -74);
/** A yard of 3 nodes beside node 7, entered by a one-way lane. */
const yard = {
  nodes: [0, 1, 2].map((step) => ({ id: 100 + step, lat: 40, lng: -73.992 + step / 1000 })),
  edges: [edge(7, 100), edge(100, 101), edge(101, 100), edge(101, 102), edge(102, 101)],
};
const island = lattice(6, 200, 40, -73.9);
const nodes = [...city.nodes, ...yard.nodes, ...island.nodes];
const edges = [...city.edges, ...yard.edges, ...island.edges];

describe('strongly connected parts', () => {
  it('are those of the definition: nodes that reach each other', () => {
    const links = fc.array(fc.tuple(fc.nat(11), fc.nat(11)), { maxLength: 40 });
    fc.assert(
      fc.property(links, (pairs) => {
        const graph = new StreetGraph(
          Array.from({ length: 12 }, (_, id) => ({ id, lat: 40, lng: -74 })),
          pairs.map(([from, to]) => edge(from, to)),
        );
        const router = new StreetRouter(graph);
        const { partOf, sizes } = strongParts(graph.nodeCount, graph.outgoing);
        for (let a = 0; a < 12; a++) {
          for (let b = 0; b < 12; b++) {
            const both = router.route(a, b, 0) !== undefined && router.route(b, a, 0) !== undefined;
            expect(partOf[a] === partOf[b]).toBe(both);
          }
        }
        expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(12);
      }),
    );
  });

  it('of a one-way ring of 200,000 nodes are found without recursion', () => {
    const count = 200_000;
    const graph = new StreetGraph(
      Array.from({ length: count }, (_, id) => ({ id, lat: 40, lng: -74 + id * 1e-6 })),
      Array.from({ length: count }, (_, id) => edge(id, (id + 1) % count)),
    );
    expect(strongParts(count, graph.outgoing).sizes).toEqual([count]);
  });
});

describe('a network with a yard that has no way out, and an island', () => {
  const { graph, parts } = servedNetwork(nodes, edges);

  it('serves the largest part and the island, and snaps to no node of the yard', () => {
    expect(parts.map(({ nodes: size, isServed }) => [size, isServed])).toEqual([
      [64, true],
      [36, true],
      [3, false],
    ]);
    expect(graph.nodeCount).toBe(100);
    expect(graph.nodeId(graph.nearestNode({ lat: 40, lng: -73.991 }))).toBe(7);
    expect(graph.partOf(graph.nearestNode({ lat: 40, lng: -73.9 }))).toBe(1);
  });

  it('finds a driver in the yard by air and says that it is in a dead part', () => {
    const driver = { lat: 40, lng: -73.991 };
    expect(graph.isInDeadPart(driver)).toBe(true);
    expect(graph.isInDeadPart({ lat: 40, lng: -73.994 })).toBe(false);
    const eta = streetEta({ router: new StreetRouter(graph), accessSpeedMps: 7, localHour: () => 0 });
    const [seconds] = eta.etasToPickup({ lat: 40, lng: -73.993 }, [driver], 0);
    expect(seconds).toBeCloseTo((170.3 * 1.3) / 7, 0);
  });

  it('picks a rider in the yard up at the nearest served node, by road', () => {
    const router = new StreetRouter(graph);
    const settings = { router, accessSpeedMps: 7, localHour: () => 0 };
    const [inYard, atExit, city0] = [{ lat: 40, lng: -73.991 }, graph.point(7), { lat: 40, lng: -74 }];
    const [seconds] = streetEta(settings).etasToPickup(inYard, [city0], 0);
    expect(seconds).toBeCloseTo(7 * 20 + greatCircleM(inYard, atExit) / 7, 0);
    const rides = streetRides(settings);
    for (const [from, to] of [
      [inYard, city0],
      [city0, inYard],
    ] as const)
      expect(rides.ride(from, to, 0)).toMatchObject({
        source: 'road',
        seconds: expect.closeTo(seconds ?? 0, 0),
      });
  });

  it('estimates by air beyond the snap limit, whatever it is', () => {
    const router = new StreetRouter(graph);
    const away = { lat: 39.998, lng: -74 };
    const to = { lat: 40, lng: -73.995 };
    const byAirS = (greatCircleM(away, to) * 1.3) / 7;
    const byRoadS = 5 * 20 + greatCircleM(away, graph.point(0)) / 7;
    for (const [snapLimitM, expectedS, source] of [
      [undefined, byRoadS, 'road'],
      [230, byRoadS, 'road'],
      [200, byAirS, 'air'],
    ] as const) {
      const settings = { router, accessSpeedMps: 7, localHour: () => 0, snapLimitM };
      expect(streetEta(settings).etasToPickup(to, [away], 0)[0]).toBeCloseTo(expectedS, 0);
      expect(streetEta(settings).etasToPickup(away, [to], 0)[0]).toBeCloseTo(expectedS, 0);
      expect(streetRides(settings).ride(away, to, 0)).toMatchObject({ source });
    }
  });

  it('keeps all nodes where no two reach each other', () => {
    const line = servedNetwork(city.nodes.slice(0, 3), [edge(0, 1), edge(1, 2)]);
    expect(line.graph.nodeCount).toBe(3);
    expect(line.graph.partOf(0)).toBe(line.graph.partOf(2));
  });
});

describe('a smaller part is served', () => {
  const large = lattice(20, 0, 40, -74);
  const isServed = (side: number, ...links: StreetEdge[]): boolean | undefined => {
    const small = lattice(side, 1_000, 40, -73.9);
    const network = servedNetwork(
      [...large.nodes, ...small.nodes],
      [...large.edges, ...small.edges, ...links],
    );
    return network.parts[1]?.isServed;
  };

  it('from 30 nodes on, without a segment to or from the largest', () => {
    expect([isServed(5), isServed(6)]).toEqual([false, true]);
  });

  it.each([
    ['into it', edge(399, 1_000)],
    ['out of it', edge(1_000, 399)],
  ])('from a tenth of the largest on, with a segment %s', (_, link) => {
    expect([isServed(6, link), isServed(7, link)]).toEqual([false, true]);
  });
});

describe('readRecordedCity', () => {
  it('names each trip that cannot be driven, and reports all rows, parts and snap distances', () => {
    const trips = [
      'trip_id,requested_at_s,pickup_lat,pickup_lon,dropoff_lat,dropoff_lon,trip_s',
      'good,60,40,-74,40.005,-73.995,300',
      'far,60,0,0,40,-74,86400',
      'swapped,60,40,-74,-74,40,86400',
      'yard,60,40,-73.991,40.005,-73.995,300',
      'apart,60,40,-74,40,-73.9,900',
      'same,60,40,-74,40.0001,-74,300',
      'bad,60,40,x,40,-74,300',
    ].join('\n');
    const { trips: used, report } = readRecordedCity({
      nodes: {
        file: 'n.csv',
        text: ['node_id,lat,lon', ...nodes.map(({ id, lat, lng }) => `${id},${lat},${lng}`)].join('\n'),
      },
      edges: {
        file: 'e.csv',
        text: [
          `from,to,${HOURS.join()}`,
          ...edges.map(({ from, to, secondsByHour }) => `${from},${to},${secondsByHour.join()}`),
        ].join('\n'),
      },
      trips: { file: 't.csv', text: trips },
    });
    expect(used.map(({ tripId }) => tripId)).toEqual(['good', 'yard']);
    const dead = { problem: 'in a street part that is not served' };
    const deadEdgeLines = edges.flatMap(({ from, to }, place) => {
      return [from, to].some((id) => id >= 100 && id <= 102) ? [place + 2] : [];
    });
    expect(report.unusable_rows).toEqual([
      ...[66, 67, 68].map((line) => ({ file: 'n.csv', line, column: 'node_id', ...dead })),
      ...deadEdgeLines.map((line) => ({ file: 'e.csv', line, column: 'from', ...dead })),
      {
        file: 't.csv',
        line: 3,
        column: 'pickup_lat',
        problem: expect.stringMatching(/^expected a street within 500 m, got 8\d{6} m to the nearest one$/),
      },
      {
        file: 't.csv',
        line: 4,
        column: 'dropoff_lat',
        problem: expect.stringMatching(/ m to the nearest one; latitude and longitude are swapped$/),
      },
      { file: 't.csv', line: 6, column: 'dropoff_lat', problem: 'no streets lead from node 0 to node 200' },
      {
        file: 't.csv',
        line: 7,
        column: 'dropoff_lat',
        problem: 'expected a ride, but it begins and ends at node 0',
      },
      {
        file: 't.csv',
        line: 8,
        column: 'pickup_lon',
        problem: 'expected a longitude (-180 to 180), got "x"',
      },
    ]);
    expect(report.snap_m).toEqual({ p50: 0, p99: expect.closeTo(170, 0) });
    const lines = dataReportLines(report);
    expect(lines.slice(0, 4)).toEqual([
      'n.csv: 103 rows read, 100 used, 3 unusable (dead_part 3)',
      `e.csv: ${edges.length} rows read, ${edges.length - 5} used, 5 unusable (dead_part 5)`,
      't.csv: 7 rows read, 2 used, 5 unusable (off_streets 2, no_route 1, same_intersection 1, malformed 1)',
      'street parts: 3, served 2: 64 nodes at 40,-74 (line 2); 36 nodes at 40,-73.9 (line 69); ' +
        '3 nodes at 40,-73.992 (line 66, not served)',
    ]);
    expect(lines).toContain('n.csv, line 66, column node_id: in a street part that is not served');
    expect(lines.filter((line) => line.includes('more unusable'))).toEqual([]);
  });
});

/** The texts of a network. */
function textsOf(ofNodes: readonly StreetNode[], ofEdges: readonly StreetEdge[]) {
  const rows = ofNodes.map(({ id, lat, lng }) => `${id},${lat},${lng}`);
  const segments = ofEdges.map(({ from, to, secondsByHour }) => `${from},${to},${secondsByHour.join()}`);
  return {
    nodes: { file: 'n.csv', text: ['node_id,lat,lon', ...rows].join('\n') },
    edges: { file: 'e.csv', text: [`from,to,${HOURS.join()}`, ...segments].join('\n') },
  };
}

describe('the data report', () => {
  it('names the segments between two served parts, which no ride uses', () => {
    const causeway = { from: 63, to: 200, secondsByHour: HOURS.map(() => 300) };
    const { report } = readRecordedCity(
      textsOf([...city.nodes, ...island.nodes], [...city.edges, causeway, ...island.edges]),
    );
    expect(report.street_parts.served).toBe(2);
    expect(report.crossing_segments).toEqual({ count: 1, lines: [city.edges.length + 2] });
    expect(dataReportLines(report)).toContain(
      `segments from one served part to another, which no ride uses: 1, the first on line ${city.edges.length + 2}`,
    );
  });

  it('says that segment times look like another unit', () => {
    const slow = city.edges.map((segment) => ({ ...segment, secondsByHour: HOURS.map(() => 20_000) }));
    const { report } = readRecordedCity(textsOf(city.nodes, slow));
    expect(report.doubts).toMatchObject([{ file: 'e.csv' }]);
    expect(dataReportLines(report)).toContainEqual(
      expect.stringMatching(/^e\.csv: doubtful: half of the segments are slower than 0\.0\d+ km\/h/),
    );
    expect(readRecordedCity(textsOf(city.nodes, city.edges)).report.doubts).toEqual([]);
  });

  it.each([
    ['across 180°', -17, 179.996],
    ['near the north pole', 89.9, -60],
    ['near the south pole', -89.99, 179.9],
    ['at 0,0', -0.002, -0.002],
  ])('of a city %s has every row used', (_, lat, lng) => {
    const stretch = 1 / Math.cos((lat * Math.PI) / 180);
    const wrapped = (deg: number): number => ((((deg + 180) % 360) + 360) % 360) - 180;
    const there = lattice(5, 0, 0, 0);
    const placed = there.nodes.map((node) => ({
      ...node,
      lat: lat + node.lat,
      lng: wrapped(lng + node.lng * stretch),
    }));
    const [from, to] = [placed[0] as StreetNode, placed[24] as StreetNode];
    const text = `trip_id,requested_at_s,pickup_lat,pickup_lon,dropoff_lat,dropoff_lon,trip_s
across,60,${from.lat},${from.lng},${to.lat},${to.lng},300`;
    const { trips, report } = readRecordedCity({
      ...textsOf(placed, there.edges),
      trips: { file: 't.csv', text },
    });
    expect(trips).toHaveLength(1);
    expect(report.unusable_rows).toEqual([]);
    expect(report.street_parts).toMatchObject({ count: 1, served: 1 });
  });

  it('of nodes with an outlier at 0,0 counts it as a part that is not served', () => {
    const lost = { id: 9_999, lat: 0, lng: 0 };
    const { graph, report } = readRecordedCity(textsOf([...city.nodes, lost], city.edges));
    expect(graph.nodeCount).toBe(city.nodes.length);
    expect(report.unusable_rows).toEqual([
      { file: 'n.csv', line: 66, column: 'node_id', problem: 'in a street part that is not served' },
    ]);
  });

  it('of one node, and of self-loops, has nothing to leave out', () => {
    const one = readRecordedCity(textsOf(city.nodes.slice(0, 1), [edge(0, 0)]));
    expect(one.graph.nodeCount).toBe(1);
    expect(one.report.unusable_rows).toEqual([]);
    const looped = readRecordedCity(textsOf(city.nodes, [...city.edges, edge(5, 5)]));
    expect(looped.report.unusable_rows).toEqual([]);
  });
});

describe('the data report of many dead parts', () => {
  it('lists the 20 largest parts by line and the first rows of each file, and counts the rest', () => {
    const lanes = Array.from({ length: 50 }, (_, id) => ({
      id: 1_000 + id,
      lat: 40.02,
      lng: -74 + id / 1000,
    }));
    const all = [...city.nodes, ...lanes];
    const { report } = readRecordedCity({
      nodes: {
        file: 'n.csv',
        text: ['node_id,lat,lon', ...all.map(({ id, lat, lng }) => `${id},${lat},${lng}`)].join('\n'),
      },
      edges: {
        file: 'e.csv',
        text: [
          `from,to,${HOURS.join()}`,
          ...[
            ...city.edges,
            ...lanes.map(({ id }) => ({ ...edge(7, id), secondsByHour: HOURS.map(() => 90) })),
          ].map(({ from, to, secondsByHour }) => `${from},${to},${secondsByHour.join()}`),
        ].join('\n'),
      },
    });
    expect(report.street_parts).toMatchObject({ count: 51, served: 1, others: { count: 31, nodes: 31 } });
    expect(report.street_parts.largest[1]).toEqual({
      nodes: 1,
      lat: 40.02,
      lng: -74,
      line: 66,
      is_served: false,
    });
    const lines = dataReportLines(report);
    expect(lines[2]).toMatch(/; and 31 more with 31 nodes$/);
    expect(lines.filter((line) => line.startsWith('n.csv, line'))).toHaveLength(10);
    expect(lines).toContain('n.csv: … and 40 more unusable rows');
    expect(lines).toContain('e.csv: … and 40 more unusable rows');
  });
});
