import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { greatCircleM, shortDistanceM } from './point.ts';
import { parseStreetEdges, parseStreetNodes } from './street-file.ts';
import { StreetGraph } from './street-graph.ts';
import { parseStreetGraph } from './street-network.ts';

const HOURS = Array.from({ length: 24 }, (_, hour) => hour);
const EDGE_HEADER = `from,to,${HOURS.map((hour) => `s${String(hour).padStart(2, '0')}`).join(',')}`;
const NODES = 'node_id,lat,lon\n10,40.70,-74.00\n20,40.71,-74.00\n30,40.71,-73.99\n';
const edgeRow = (from: number, to: number, seconds: (hour: number) => number | string): string =>
  `${from},${to},${HOURS.map(seconds).join(',')}`;

describe('street files', () => {
  it('parse to a graph with times by hour and lengths', () => {
    const graph = parseStreetGraph(
      NODES,
      [EDGE_HEADER, edgeRow(10, 20, (hour) => 100 + hour), edgeRow(20, 30, () => 27.5)].join('\n'),
    );
    expect([graph.nodeCount, graph.edgeCount]).toEqual([3, 2]);
    expect(graph.nodeId(1)).toBe(20);
    expect(graph.point(2)).toEqual({ lat: 40.71, lng: -73.99 });
    expect([...graph.secondsAt(23)]).toEqual([123, 27.5]);
    expect(graph.lengthsM[0]).toBeCloseTo(greatCircleM(graph.point(0), graph.point(1)));
    expect(() => graph.secondsAt(24)).toThrow(RangeError);
    expect(() => graph.secondsAt(1.5)).toThrow(RangeError);
  });

  it('name the position of an error', () => {
    const nodes = parseStreetNodes(NODES);
    expect(() => parseStreetNodes(`${NODES}20,1,1`)).toThrow(
      'nodes.csv, line 5, column node_id: node 20 is on line 3 already',
    );
    expect(() => parseStreetNodes(`${NODES}2.5,1,1`)).toThrow(
      'line 5, column node_id: expected a whole number, 0 or more, got "2.5"',
    );
    expect(() => parseStreetNodes('node_id,lat\n1,2')).toThrow('line 1, column lon: missing from the header');
    expect(() => parseStreetEdges(`${EDGE_HEADER}\n${edgeRow(10, 99, () => 1)}`, nodes)).toThrow(
      'edges.csv, line 2, column to: there is no node 99',
    );
    const badHour = edgeRow(10, 20, (hour) => (hour === 7 ? 'soon' : 99));
    expect(() => parseStreetEdges(`${EDGE_HEADER}\n${badHour}`, nodes)).toThrow(
      'line 2, column s07: expected a number of seconds',
    );
    const fast = edgeRow(10, 20, (hour) => (hour === 7 ? 10 : 99));
    expect(() => parseStreetEdges(`${EDGE_HEADER}\n${fast}\n${fast}`, nodes)).toThrow(
      'edges.csv, line 2, column s07: expected a time in seconds at 216 km/h or less, got 10 s for 1.1 km straight line (400 km/h) (and 1 more row)',
    );
    expect(() => new StreetGraph([], [])).toThrow(RangeError);
  });
});

describe('nearestNode', () => {
  const around = (degrees: number) =>
    fc.record({
      lat: fc.double({ min: -degrees, max: degrees, noNaN: true }),
      lng: fc.double({ min: -degrees, max: degrees, noNaN: true }),
    });

  it('is the nearest of all nodes, from inside and outside the network, across the antimeridian too', () => {
    fc.assert(
      fc.property(
        fc.constantFrom({ lat: 40.75, lng: -73.98 }, { lat: -17, lng: 180 }),
        fc.array(fc.oneof(around(0.1), around(0.001)), { minLength: 1, maxLength: 60 }),
        around(0.3),
        (center, offsets, queryOffset) => {
          const at = (offset: { lat: number; lng: number }) => {
            const lng = center.lng + offset.lng;
            return { lat: center.lat + offset.lat, lng: lng > 180 ? lng - 360 : lng };
          };
          const points = offsets.map(at);
          const graph = new StreetGraph(
            points.map((point, id) => ({ id, ...point })),
            [],
          );
          const query = at(queryOffset);
          const found = shortDistanceM(query, points[graph.nearestNode(query)]!);
          const best = Math.min(...points.map((point) => shortDistanceM(query, point)));
          // The plane of the look-up is exact to a few tenths of a percent at this distance from its origin.
          expect(found).toBeLessThanOrEqual(best * 1.01 + 1e-6);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('is exact among nodes on a line and nodes in one place', () => {
    const line = new StreetGraph(
      Array.from({ length: 1000 }, (_, id) => ({ id, lat: 40, lng: -74 + id * 1e-4 })),
      [],
    );
    expect(line.nearestNode({ lat: 40, lng: -74 + 500.4e-4 })).toBe(500);
    const heap = new StreetGraph(
      [5, 6, 7].map((id) => ({ id, lat: 40, lng: -74 })),
      [],
    );
    expect(heap.nearestNode({ lat: 41, lng: -74 })).toBe(0);
  });
});
