import { expect, test } from 'vitest';
import { boxContains, StreetRouter } from '#libs/geo';
import { LISBON_BOX, LISBON_PARKS, LISBON_SHORE } from './lisbon.ts';
import { largestMutuallyReachable } from './mutually-reachable.ts';
import { streetLattice } from './street-lattice.ts';

const PLAN = { box: LISBON_BOX, shore: LISBON_SHORE, parks: LISBON_PARKS };
const graph = streetLattice(PLAN, 1);
const nodes = Array.from({ length: graph.nodeCount }, (_, node) => node);

test('lies inside its box and is as large as a city centre', () => {
  expect(nodes.every((node) => boxContains(LISBON_BOX, graph.point(node)))).toBe(true);
  expect(graph.nodeCount).toBeGreaterThan(800);
  expect(graph.edgeCount).toBeGreaterThan(2 * graph.nodeCount);
});

test('every crossing can be reached from every other, at every hour', () => {
  const router = new StreetRouter(graph);
  for (const hour of [3, 8, 18]) {
    expect(router.secondsFrom(0, nodes, hour).every(Number.isFinite)).toBe(true);
    expect(router.secondsTo(0, nodes, hour).every(Number.isFinite)).toBe(true);
  }
});

test('has the speeds of a city, slower in the rush hour than at night', () => {
  const router = new StreetRouter(graph);
  const [night, rush] = [3, 18].map((hour) => router.route(0, graph.nodeCount - 1, hour)!);
  expect(night!.lengthM / night!.totalS).toBeLessThan(14);
  expect(rush!.lengthM / rush!.totalS).toBeGreaterThan(2);
  expect(rush!.totalS).toBeGreaterThan(night!.totalS);
});

test('depends on the seed', () => {
  const again = streetLattice(PLAN, 1);
  expect(nodes.map((node) => again.point(node))).toEqual(nodes.map((node) => graph.point(node)));
  expect(again.secondsAt(8)).toEqual(graph.secondsAt(8));
  expect(streetLattice(PLAN, 2).point(0)).not.toEqual(graph.point(0));
});

test('keeps the largest set of nodes that all reach each other', () => {
  const ring = [0, 1, 2].map((from) => ({ from, to: (from + 1) % 3 }));
  const pair = [
    { from: 4, to: 5 },
    { from: 5, to: 4 },
  ];
  const oneWay = [
    { from: 2, to: 3 },
    { from: 3, to: 4 },
  ];
  expect(largestMutuallyReachable(6, [...ring, ...pair, ...oneWay])).toEqual([0, 1, 2]);
});
