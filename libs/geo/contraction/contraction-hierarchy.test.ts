import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StreetEdge } from '../street-file.ts';
import { StreetGraph } from '../street-graph.ts';
import { StreetRouter } from '../street-router.ts';
import { contractionHierarchy, HierarchyMaker } from './contraction-hierarchy.ts';
import { HierarchyRouter, MAX_TARGETS_AT_ONCE } from './hierarchy-router.ts';

const HOUR = 17;
const hourly = (seconds: number) => Array.from({ length: 24 }, (_, hour) => (hour === HOUR ? seconds : 1));

function graphOf(nodeCount: number, edges: readonly StreetEdge[]): StreetGraph {
  const nodes = Array.from({ length: nodeCount }, (_, id) => ({ id, lat: 40, lng: -74 + id * 1e-5 }));
  return new StreetGraph(nodes, edges);
}

/** Directed networks, connected or not, with parallel segments, loops and segments of zero time. */
const networks = (seconds: fc.Arbitrary<number>, arcsPerNode: number) =>
  fc.integer({ min: 1, max: 30 }).chain((nodeCount) => {
    const node = fc.nat(nodeCount - 1);
    const edge = fc
      .tuple(node, node, seconds)
      .map(([from, to, s]): StreetEdge => ({ from, to, secondsByHour: hourly(s) }));
    return fc
      .array(edge, { maxLength: arcsPerNode * nodeCount, size: 'max' })
      .map((edges) => graphOf(nodeCount, edges));
  });

/** Small whole numbers give ties and routes of zero time. */
const wholeSeconds = fc.oneof(fc.nat(5), fc.nat(500));

/**
 * Roads of three kinds around blocks, some of them one-way, as in a city; every third block is slower than others of
 * its kind.
 */
function cityGrid(side: number): StreetGraph {
  const edges: StreetEdge[] = [];
  const lay = (from: number, to: number, line: number): void => {
    const seconds = (line % 8 === 0 ? 5 : 12) + ((from * 7919) % 3) * 4;
    if (line % 2 === 0 || from % 2 === 0) edges.push({ from, to, secondsByHour: hourly(seconds) });
    if (line % 2 === 0 || from % 2 === 1) edges.push({ from: to, to: from, secondsByHour: hourly(seconds) });
  };
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      if (x + 1 < side) lay(y * side + x, y * side + x + 1, y);
      if (y + 1 < side) lay(y * side + x, (y + 1) * side + x, x);
    }
  }
  return graphOf(side * side, edges);
}

const allNodes = (graph: StreetGraph) => Uint32Array.from({ length: graph.nodeCount }, (_, node) => node);

describe('HierarchyRouter.secondsBetween', () => {
  it.each([
    ['sparse', 2],
    ['dense', 6],
  ])('is what Dijkstra finds, between all nodes of %s networks', (_, arcsPerNode) => {
    fc.assert(
      fc.property(networks(wholeSeconds, arcsPerNode), (graph) => {
        const hierarchy = new HierarchyRouter(contractionHierarchy(graph, HOUR));
        const dijkstra = new StreetRouter(graph);
        const all = [...allNodes(graph)];
        for (const to of all) {
          const found = all.map((from) => hierarchy.secondsBetween(from, to));
          expect(found).toEqual([...dijkstra.secondsTo(to, all, HOUR)]);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('is correct for fractional seconds too', () => {
    fc.assert(
      fc.property(networks(fc.float({ min: 0, max: 99, noNaN: true }), 3), (graph) => {
        const hierarchy = new HierarchyRouter(contractionHierarchy(graph, HOUR));
        const dijkstra = new StreetRouter(graph);
        const all = [...allNodes(graph)];
        for (const to of all) {
          const exact = dijkstra.secondsTo(to, all, HOUR);
          const found = all.map((from) => hierarchy.secondsBetween(from, to));
          // The same segments are summed in another order.
          expect(found).toEqual([...exact].map((seconds) => expect.closeTo(seconds, 9)));
        }
      }),
      { numRuns: 500 },
    );
  });

  it('agrees with Dijkstra in a city', () => {
    const graph = cityGrid(40);
    const hierarchy = new HierarchyRouter(contractionHierarchy(graph, HOUR));
    const dijkstra = new StreetRouter(graph);
    const all = allNodes(graph);
    for (let target = 3; target < graph.nodeCount; target += 37) {
      const found = Array.from(all, (from) => hierarchy.secondsBetween(from, target));
      expect(found).toEqual([...dijkstra.secondsTo(target, all, HOUR)]);
    }
  });
});

describe('HierarchyRouter.secondsOfPairs', () => {
  const rows = fc.array(fc.array(fc.nat(9), { maxLength: 6 }), { maxLength: 8 });
  const cutOff = fc.oneof(fc.nat(60), fc.constant(Infinity));

  it('answers each requested pair, up to the cut-off, repeats included', () => {
    fc.assert(
      fc.property(
        networks(wholeSeconds, 3),
        rows,
        fc.array(fc.nat(), { minLength: 10, maxLength: 10 }),
        fc.infiniteStream(fc.nat()),
        cutOff,
        (graph, rows, someSources, someTargets, cutOffS) => {
          const sources = Uint32Array.from(someSources, (n) => n % graph.nodeCount);
          const targets = Uint32Array.from(rows, () => someTargets.next().value % graph.nodeCount);
          const rowStarts = new Uint32Array(rows.length + 1);
          for (const [row, columns] of rows.entries()) rowStarts[row + 1] = rowStarts[row]! + columns.length;
          const pairs = { rowStarts, columns: Uint32Array.from(rows.flat()) };
          const hierarchy = new HierarchyRouter(contractionHierarchy(graph, HOUR));
          const dijkstra = new StreetRouter(graph);
          const expected = rows.flatMap((columns, row) => {
            const asked = columns.map((column) => sources[column]!);
            return [...dijkstra.secondsTo(targets[row]!, asked, HOUR, cutOffS)];
          });
          expect([...hierarchy.secondsOfPairs(targets, sources, pairs, cutOffS)]).toEqual(expected);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('answers more targets than it keeps at once', () => {
    const graph = cityGrid(33);
    expect(graph.nodeCount).toBeGreaterThan(MAX_TARGETS_AT_ONCE);
    const hierarchy = new HierarchyRouter(contractionHierarchy(graph, HOUR));
    const dijkstra = new StreetRouter(graph);
    const all = allNodes(graph);
    // Each node from the nodes with the next three numbers.
    const columns = Uint32Array.from(
      { length: 3 * all.length },
      (_, n) => (Math.floor(n / 3) + (n % 3)) % all.length,
    );
    const rowStarts = Uint32Array.from({ length: all.length + 1 }, (_, row) => 3 * row);
    const expected = Array.from(all, (target) => [
      ...dijkstra.secondsTo(target, columns.subarray(3 * target, 3 * target + 3), HOUR),
    ]);
    expect([...hierarchy.secondsOfPairs(all, all, { rowStarts, columns })]).toEqual(expected.flat());
  });
});

describe('HierarchyMaker', () => {
  it('gives the same result in steps: an order of all nodes, with arcs that lead upwards', () => {
    const graph = cityGrid(20);
    const maker = new HierarchyMaker(graph, graph.secondsAt(HOUR));
    let steps = 0;
    for (; !maker.isDone; steps++) maker.step();
    expect(steps).toBeGreaterThan(5);
    const hierarchy = maker.finish();
    expect(hierarchy).toEqual(contractionHierarchy(graph, HOUR));
    expect(Uint32Array.from(hierarchy.ranks).sort()).toEqual(allNodes(graph));
    for (const { starts, ends } of [hierarchy.up, hierarchy.down]) {
      for (let rank = 0; rank < graph.nodeCount; rank++) {
        expect([...ends.subarray(starts[rank], starts[rank + 1])].every((end) => end > rank)).toBe(true);
      }
    }
  });

  it('refuses invalid hours and times', () => {
    expect(() => contractionHierarchy(cityGrid(2), 24)).toThrow(RangeError);
    const backInTime = { from: 0, to: 1, secondsByHour: hourly(-1) };
    expect(() => contractionHierarchy(graphOf(2, [backInTime]), HOUR)).toThrow('no negative time');
  });
});
