import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StreetEdge } from './street-file.ts';
import { StreetGraph } from './street-graph.ts';
import { StreetRouter } from './street-router.ts';

const NODE_COUNT = 12;

/** Small directed networks, not always connected, with parallel segments, loops and segments of zero time. */
const edges = fc.array(
  fc
    .tuple(fc.nat(NODE_COUNT - 1), fc.nat(NODE_COUNT - 1), fc.nat(20), fc.nat(20))
    .map(([from, to, first, later]): StreetEdge => ({ from, to, secondsByHour: hourly(first, later) })),
  { minLength: 15, maxLength: 60, size: 'max' },
);
const hourly = (first: number, later: number) =>
  Array.from({ length: 24 }, (_, hour) => (hour === 0 ? first : later));

const graphOf = (of: readonly StreetEdge[]): StreetGraph =>
  new StreetGraph(
    Array.from({ length: NODE_COUNT }, (_, id) => ({
      id,
      lat: 40.7 + (id % 4) * 0.001,
      lng: -74 + id * 0.001,
    })),
    of,
  );

/** All travel times by Floyd-Warshall, an independent algorithm to compare with. */
function allTimes(of: readonly StreetEdge[], hour: number): number[][] {
  const times = Array.from({ length: NODE_COUNT }, (_, from) =>
    Array.from({ length: NODE_COUNT }, (_, to) => (from === to ? 0 : Infinity)),
  );
  for (const { from, to, secondsByHour } of of)
    times[from]![to] = Math.min(times[from]![to]!, secondsByHour[hour]!);
  for (let via = 0; via < NODE_COUNT; via++) {
    for (let from = 0; from < NODE_COUNT; from++) {
      for (let to = 0; to < NODE_COUNT; to++) {
        times[from]![to] = Math.min(times[from]![to]!, times[from]![via]! + times[via]![to]!);
      }
    }
  }
  return times;
}

const node = fc.nat(NODE_COUNT - 1);
const hour = fc.constantFrom(0, 1);

describe('StreetRouter.route', () => {
  it('is a fastest route over real segments, or undefined if there is none', () => {
    fc.assert(
      fc.property(
        edges,
        fc.array(fc.tuple(node, node, hour), { minLength: 1, maxLength: 10 }),
        (streets, questions) => {
          const router = new StreetRouter(graphOf(streets));
          for (const [from, to, hour] of questions) {
            const best = allTimes(streets, hour)[from]![to]!;
            const route = router.route(from, to, hour);
            expect(route?.totalS ?? Infinity).toBe(best);
            if (route === undefined) continue;
            expect([route.nodes[0], route.nodes.at(-1)]).toEqual([from, to]);
            expect(route.segmentS).toHaveLength(route.nodes.length - 1);
            for (const [place, seconds] of route.segmentS.entries()) {
              const [start, end] = [route.nodes[place], route.nodes[place + 1]];
              expect(
                streets.some(
                  (edge) => edge.from === start && edge.to === end && edge.secondsByHour[hour] === seconds,
                ),
              ).toBe(true);
            }
          }
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('knows its length, and costs nothing from a node to itself', () => {
    const graph = graphOf([
      { from: 0, to: 1, secondsByHour: hourly(5, 5) },
      { from: 1, to: 2, secondsByHour: hourly(5, 5) },
    ]);
    const router = new StreetRouter(graph);
    expect(router.route(0, 2, 3)?.lengthM).toBe(graph.lengthsM[0]! + graph.lengthsM[1]!);
    expect(router.route(4, 4, 3)).toEqual({ nodes: [4], segmentS: [], totalS: 0, lengthM: 0 });
    expect(() => router.route(0, 1, 24)).toThrow(RangeError);
  });
});

describe('StreetRouter.secondsTo and secondsFrom', () => {
  it('are the travel times up to the cut-off, in the requested order, repeats included', () => {
    const cutOff = fc.oneof(fc.nat(40), fc.constant(Infinity));
    fc.assert(
      fc.property(
        edges,
        node,
        fc.array(node, { maxLength: 15 }),
        hour,
        cutOff,
        (streets, middle, others, hour, cutOffS) => {
          const router = new StreetRouter(graphOf(streets));
          const times = allTimes(streets, hour);
          const within = (seconds: number) => (seconds <= cutOffS ? seconds : Infinity);
          expect([...router.secondsTo(middle, others, hour, cutOffS)]).toEqual(
            others.map((other) => within(times[other]![middle]!)),
          );
          expect([...router.secondsFrom(middle, others, hour, cutOffS)]).toEqual(
            others.map((other) => within(times[middle]![other]!)),
          );
        },
      ),
      { numRuns: 1000 },
    );
  });
});
