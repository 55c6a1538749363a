import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { randomUnit, seed } from '../../../dev/test-world/hard-places.ts';
import type { StreetEdge } from '../street-file.ts';
import { StreetGraph } from '../street-graph.ts';
import { StreetRouter } from '../street-router.ts';
import { TravelTable } from '../travel-table.ts';
import { contractionHierarchy } from './contraction-hierarchy.ts';
import { HierarchyRouter } from './hierarchy-router.ts';

const HOUR = 8;
/** Longest travel time that a table stores. */
const TABLE_LIMIT_S = 65_534;

/**
 * Islands of streets, some of them one-way: nodes without any street, pieces that can be entered but not left or left
 * but not entered, dead ends, and segments of zero time.
 */
function islands(nodeCount: number, islandCount: number, from: number): StreetGraph {
  const random = randomUnit(from);
  const edges: StreetEdge[] = [];
  const lay = (start: number, end: number): void => {
    const seconds = random() < 0.1 ? 0 : random() < 0.05 ? 30_000 : Math.floor(60 * random());
    edges.push({ from: start, to: end, secondsByHour: Array.from({ length: 24 }, () => seconds) });
  };
  const pick = (): number => Math.floor(nodeCount * random());
  const oneWayShare = random();
  for (let node = 0; node < nodeCount; node++) {
    if (random() < 0.1) continue;
    const before = node - islandCount * (1 + Math.floor(3 * random()));
    if (before < 0) continue;
    const [start, end] = random() < 0.5 ? [before, node] : [node, before];
    lay(start, end);
    if (random() >= oneWayShare) lay(end, start);
  }
  // One-way bridges between islands, or chords within one.
  for (let bridge = Math.floor((nodeCount * random()) / 4); bridge > 0; bridge--) lay(pick(), pick());
  const nodes = Array.from({ length: nodeCount }, (_, id) => ({ id, lat: 40, lng: -74 + id * 1e-4 }));
  return new StreetGraph(nodes, edges);
}

it('hierarchy and table agree with Dijkstra between all nodes of one-way islands', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 70 }),
      fc.integer({ min: 1, max: 5 }),
      fc.oneof(fc.nat(200), fc.constant(Infinity)),
      seed,
      (nodeCount, islandCount, cutOffS, from) => {
        const graph = islands(nodeCount, islandCount, from);
        const hierarchy = new HierarchyRouter(contractionHierarchy(graph, HOUR));
        const table = TravelTable.of(graph, HOUR);
        const dijkstra = new StreetRouter(graph);
        const all = Uint32Array.from({ length: nodeCount }, (_, node) => node);
        const rowStarts = Uint32Array.from({ length: nodeCount + 1 }, (_, row) => row * nodeCount);
        const columns = Uint32Array.from({ length: nodeCount ** 2 }, (_, pair) => pair % nodeCount);
        const pairs = hierarchy.secondsOfPairs(all, all, { rowStarts, columns }, cutOffS);
        for (const to of all) {
          const exact = dijkstra.secondsTo(to, all, HOUR);
          const wrong = all.filter((node) => {
            const seconds = exact[node]!;
            const pair = pairs[to * nodeCount + node]!;
            return (
              hierarchy.secondsBetween(node, to) !== seconds ||
              pair !== (seconds <= cutOffS ? seconds : Infinity) ||
              table.secondsBetween(node, to) !== (seconds <= TABLE_LIMIT_S ? seconds : Infinity)
            );
          });
          expect([...wrong]).toEqual([]);
        }
      },
    ),
  );
});
