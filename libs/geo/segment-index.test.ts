import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { interpolate } from './point.ts';
import { SegmentIndex } from './segment-index.ts';
import { StreetGraph } from './street-graph.ts';

const secondsByHour = Array.from({ length: 24 }, () => 40);

/** Blocks of 200 m: streets to the east are one-way, avenues have two directions. */
function blocks(side: number): StreetGraph {
  const nodes = Array.from({ length: side * side }, (_, id) => ({
    id,
    lat: 40.7 + Math.floor(id / side) * 0.0018,
    lng: -74 + (id % side) * 0.00237,
  }));
  const edges = nodes.flatMap(({ id }) => [
    ...(id % side < side - 1 ? [{ from: id, to: id + 1, secondsByHour }] : []),
    ...(id + side < side * side
      ? [
          { from: id, to: id + side, secondsByHour },
          { from: id + side, to: id, secondsByHour },
        ]
      : []),
  ]);
  return new StreetGraph(nodes, edges);
}

const GRAPH = blocks(8);
const INDEX = new SegmentIndex(GRAPH);

describe('a car on a street', () => {
  test('turns next at the end of its one-way street, although the other end is nearer', () => {
    const place = interpolate(GRAPH.point(9), GRAPH.point(10), 0.2);
    expect(INDEX.turnPoint(place)).toMatchObject({ node: 10 });
    expect(INDEX.turnPoint(place).shareLeft).toBeCloseTo(0.8, 2);
  });

  test('on a street with two directions turns where its heading leads, and at the nearer end if it stands', () => {
    const place = interpolate(GRAPH.point(9), GRAPH.point(17), 0.3);
    expect(INDEX.turnPoint({ ...place, headingDeg: 0 })).toMatchObject({ node: 17 });
    expect(INDEX.turnPoint({ ...place, headingDeg: 180 })).toMatchObject({ node: 9 });
    expect(INDEX.turnPoint({ ...place, headingDeg: -179 })).toMatchObject({ node: 9 });
    expect(INDEX.turnPoint(place)).toMatchObject({ node: 9 });
  });

  test('at an intersection may turn at once', () => {
    expect(INDEX.turnPoint(GRAPH.point(20))).toMatchObject({ node: 20, edge: -1, shareLeft: 0 });
  });

  test('far from every street is at its nearest node, with the distance to it', () => {
    const turn = INDEX.turnPoint({ lat: 40.69, lng: -74.01 });
    expect(turn).toMatchObject({ node: 0, edge: -1 });
    expect(turn.distanceM).toBeGreaterThan(1_000);
  });
});

test('any place on any street is found on that street', () => {
  const anywhere = fc.record({
    node: fc.nat(GRAPH.nodeCount - 1),
    slot: fc.nat(1),
    share: fc.double({ min: 0.1, max: 0.9, noNaN: true }),
  });
  fc.assert(
    fc.property(anywhere, ({ node, slot, share }) => {
      const { starts, edges, ends } = GRAPH.outgoing;
      const at = (starts[node] as number) + slot;
      fc.pre(at < (starts[node + 1] as number));
      const end = ends[at] as number;
      const [from, to] = [GRAPH.point(node), GRAPH.point(end)];
      const headingDeg = to.lat > from.lat ? 0 : to.lat < from.lat ? 180 : 90;
      const turn = INDEX.turnPoint({ ...interpolate(from, to, share), headingDeg });
      expect(turn.edge).toBe(edges[at]);
      expect(turn.node).toBe(end);
      expect(turn.shareLeft).toBeCloseTo(1 - share, 1);
      expect(turn.distanceM).toBeLessThan(1);
    }),
    { numRuns: 2_000 },
  );
});
