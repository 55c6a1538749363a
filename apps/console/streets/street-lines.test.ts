import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { HOURS_PER_DAY, StreetGraph } from '#libs/geo';
import { streetLines } from './street-lines.ts';

const secondsByHour = Array.from({ length: HOURS_PER_DAY }, () => 60);

/** Nodes in a row of this many, each at its own place. */
function graphOf(count: number, edges: readonly (readonly [number, number])[]): StreetGraph {
  const nodes = Array.from({ length: count }, (_, id) => ({
    id,
    lat: 38.7 + id / 1_000,
    lng: -9.1 - id / 1_000,
  }));
  return new StreetGraph(
    nodes,
    edges.map(([from, to]) => ({ from, to, secondsByHour })),
  );
}

/** The lines as numbers of nodes. */
function linesOf(graph: StreetGraph, maxPoints?: number): number[][] {
  const [feature] = streetLines(graph, maxPoints).features;
  return feature!.geometry.coordinates.map((line) => line.map(([, lat]) => Math.round((lat - 38.7) * 1_000)));
}

test('a street between crossings is one line, drawn once for both directions', () => {
  const graph = graphOf(5, [
    [0, 1],
    [1, 0],
    [1, 2],
    [2, 3],
    [3, 2],
    [1, 4],
  ]);
  expect(linesOf(graph)).toEqual([
    [0, 1],
    [1, 2, 3],
    [1, 4],
  ]);
});

test('a ring without a crossing is closed', () => {
  expect(
    linesOf(
      graphOf(3, [
        [0, 1],
        [1, 2],
        [2, 0],
      ]),
    ),
  ).toEqual([[0, 1, 2, 0]]);
});

test('every segment is on a line, once', () => {
  const node = fc.nat({ max: 9 });
  const edges = fc.array(fc.tuple(node, node), { maxLength: 30 });
  fc.assert(
    fc.property(edges, (given) => {
      const key = (a: number, b: number): string => [a, b].toSorted((one, other) => one - other).join('-');
      const wanted = new Set(given.flatMap(([a, b]) => (a === b ? [] : [key(a, b)])));
      const drawn = linesOf(graphOf(10, given)).flatMap((line) =>
        line.slice(1).map((to, index) => key(line[index]!, to)),
      );
      expect(drawn.toSorted()).toEqual([...wanted].toSorted());
    }),
  );
});

test('there are no more points than the limit, and no line is cut', () => {
  const graph = graphOf(5, [
    [0, 1],
    [1, 2],
    [2, 3],
    [1, 4],
  ]);
  expect(linesOf(graph, 5)).toEqual([
    [0, 1],
    [1, 2, 3],
  ]);
});
