import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StreetEdge } from './street-file.ts';
import { StreetGraph } from './street-graph.ts';
import { StreetRouter } from './street-router.ts';
import { MAX_TABLE_NODES, TravelTable, TravelTableMaker } from './travel-table.ts';

const HOUR = 5;
const hourly = (seconds: number) => Array.from({ length: 24 }, (_, hour) => (hour === HOUR ? seconds : 1));

function graphOf(nodeCount: number, edges: readonly StreetEdge[]): StreetGraph {
  const nodes = Array.from({ length: nodeCount }, (_, id) => ({
    id,
    lat: 40 + id * 1e-5,
    lng: -74 + id * 1e-5,
  }));
  return new StreetGraph(nodes, edges);
}

/** Directed networks, connected or not, with parallel segments, loops and segments of zero time. */
const networks = (seconds: fc.Arbitrary<number>) =>
  fc.integer({ min: 1, max: 40 }).chain((nodeCount) => {
    const node = fc.nat(nodeCount - 1);
    const edge = fc
      .tuple(node, node, seconds)
      .map(([from, to, s]): StreetEdge => ({ from, to, secondsByHour: hourly(s) }));
    return fc.array(edge, { maxLength: 3 * nodeCount, size: 'max' }).map((edges) => ({ nodeCount, edges }));
  });

const wholeSeconds = fc.oneof(fc.nat(30), fc.constantFrom(0, 0, 600, 20_000, 60_000, 1_000_000, 2 ** 22 + 5));

describe('TravelTable', () => {
  it('agrees with Dijkstra to the second', () => {
    fc.assert(
      fc.property(networks(wholeSeconds), ({ nodeCount, edges }) => {
        const graph = graphOf(nodeCount, edges);
        const table = TravelTable.of(graph, HOUR);
        const router = new StreetRouter(graph);
        const all = Array.from({ length: nodeCount }, (_, node) => node);
        for (const to of all) {
          const found = all.map((from) => table.secondsBetween(from, to));
          expect(found).toEqual([...router.secondsTo(to, all, HOUR, 65_534)]);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('rounds routes, not segments', () => {
    const fractions = fc.double({ min: 0, max: 3, noNaN: true });
    fc.assert(
      fc.property(networks(fractions), ({ nodeCount, edges }) => {
        const graph = graphOf(nodeCount, edges);
        const table = TravelTable.of(graph, HOUR);
        const router = new StreetRouter(graph);
        const all = Array.from({ length: nodeCount }, (_, node) => node);
        for (const to of all) {
          const exact = router.secondsTo(to, all, HOUR);
          const off = all.map((from) => Math.abs(table.secondsBetween(from, to) - (exact[from] as number)));
          const reached = off.filter((seconds) => !Number.isNaN(seconds));
          expect(Math.max(0, ...reached)).toBeLessThanOrEqual(0.5 + nodeCount / 2000);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('leads over segments from node to node to the target in the stated time', () => {
    fc.assert(
      fc.property(networks(wholeSeconds), ({ nodeCount, edges }) => {
        const table = TravelTable.of(graphOf(nodeCount, edges), HOUR, { withNextNodes: true });
        for (let from = 0; from < nodeCount; from++) {
          for (let to = 0; to < nodeCount; to++) {
            expect(driven(table, edges, from, to)).toBe(table.secondsBetween(from, to));
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  it('has no route beyond 18 hours', () => {
    const nodeCount = 200;
    const edges = Array.from({ length: nodeCount - 1 }, (_, n) => ({
      from: n,
      to: n + 1,
      secondsByHour: hourly(40_000),
    }));
    const table = TravelTable.of(graphOf(nodeCount, edges), HOUR, { withNextNodes: true });
    for (let from = 0; from < nodeCount; from++) {
      for (let to = 0; to < nodeCount; to++) {
        const isNear = to === from || to === from + 1;
        expect(table.secondsBetween(from, to)).toBe(isNear ? (to - from) * 40_000 : Infinity);
        expect(table.nextNode(from, to)).toBe(isNear ? to : -1);
      }
    }
  });

  it('is the same when built in steps, and knows its size', () => {
    const edges = Array.from({ length: 300 }, (_, n) => ({
      from: (n * 7) % 100,
      to: (n * 13 + 5) % 100,
      secondsByHour: hourly(n % 17),
    }));
    const graph = graphOf(100, edges);
    const whole = TravelTable.of(graph, HOUR, { withNextNodes: true });
    const maker = new TravelTableMaker(graph, HOUR, { withNextNodes: true });
    let steps = 0;
    for (; !maker.isDone; steps++) maker.step();
    expect(steps).toBeGreaterThan(4);
    expect(maker.finish()).toEqual(whole);
    expect(whole.byteLength).toBe(40_000);
    expect(TravelTable.of(graph, HOUR).byteLength).toBe(20_000);
  });

  it('refuses a graph that is too large, and next nodes it was built without', () => {
    const one = graphOf(1, []);
    expect(() => TravelTable.of(one, HOUR).nextNode(0, 0)).toThrow(RangeError);
    expect(() => TravelTable.of(one, 24)).toThrow(RangeError);
    expect(() => TravelTable.of(graphOf(MAX_TABLE_NODES + 1, []), HOUR)).toThrow('16384 nodes at most');
    const backInTime = { from: 0, to: 0, secondsByHour: hourly(-1) };
    expect(() => TravelTable.of(graphOf(1, [backInTime]), HOUR)).toThrow('no negative time');
    expect(() => TravelTable.of(graphOf(1, [{ from: 0, to: 0, secondsByHour: [] }]), HOUR)).toThrow('NaN');
  });
});

/** Seconds of the route along next nodes; at most as many steps as nodes. */
function driven(table: TravelTable, edges: readonly StreetEdge[], from: number, to: number): number {
  let seconds = 0;
  let node = from;
  for (let steps = 0; node !== to; steps++) {
    const next = table.nextNode(node, to);
    if (next < 0) return Infinity;
    if (steps > table.nodeCount) throw new Error(`going in circles from ${from} to ${to}`);
    const segments = edges.filter((edge) => edge.from === node && edge.to === next);
    seconds += Math.min(...segments.map(({ secondsByHour }) => secondsByHour[HOUR] as number));
    node = next;
  }
  return seconds;
}
