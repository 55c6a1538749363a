import type { Point } from './point.ts';
import { readStreetEdges, readStreetNodes, type StreetEdge, type StreetNode } from './street-file.ts';
import { StreetGraph } from './street-graph.ts';
import { strongParts, type StrongParts } from './street-parts.ts';
import { unitDoubts } from './street-units.ts';

/** From how many nodes on a part without any segment to or from the largest one is an island, with rides of its own. */
export const MIN_ISLAND_NODES = 30;
/**
 * From which share of the largest part on a part with segments to or from it, in one direction, is served as an island.
 * A smaller one is a yard or a car park whose ways out are missing from the data: rides there would have no end.
 */
export const MIN_ATTACHED_SHARE = 0.1;

/** A strongly connected part of the streets. */
export interface StreetPart {
  readonly nodes: number;
  /** Its first node. */
  readonly first: number;
  readonly at: Point;
  /** Only served parts have rides: the largest, and islands. */
  readonly isServed: boolean;
}

/** The streets that are served, and what was left out. */
export interface StreetNetwork {
  /** Only the served nodes, and the segments between them. */
  readonly graph: StreetGraph;
  /** From the largest to the smallest. */
  readonly parts: readonly StreetPart[];
  readonly nodesRead: number;
  readonly edgesRead: number;
  /** Nodes and segments that are left out, as indexes of what was read. */
  readonly deadNodes: readonly number[];
  readonly deadEdges: readonly number[];
  /** Segments from one served part to another: they stay, but no ride uses them. */
  readonly crossingEdges: readonly number[];
  /** What makes it doubtful that segment times are seconds. */
  readonly doubts: readonly string[];
}

/** A network, with the line of each node and segment in its file. */
export interface StreetNetworkOfFiles extends StreetNetwork {
  readonly nodeLines: readonly number[];
  readonly edgeLines: readonly number[];
}

/** Names of the files, for errors. */
export interface StreetFileNames {
  readonly nodes: string;
  readonly edges: string;
}

/**
 * Reads a street network, and keeps its served parts.
 * @throws TableError that names file, line and column
 */
export function readStreetNetwork(
  nodesCsv: string,
  edgesCsv: string,
  names?: StreetFileNames,
): StreetNetworkOfFiles {
  const nodes = readStreetNodes(nodesCsv, names?.nodes);
  const edges = readStreetEdges(edgesCsv, nodes.results, names?.edges);
  const network = servedNetwork(nodes.results, edges.results);
  return { ...network, nodeLines: nodes.lines, edgeLines: edges.lines };
}

/**
 * The served part of a street network, from the texts of its two files.
 * @throws TableError that names file, line and column
 */
export function parseStreetGraph(nodesCsv: string, edgesCsv: string): StreetGraph {
  return readStreetNetwork(nodesCsv, edgesCsv).graph;
}

/**
 * Keeps the largest strongly connected part and the islands. Where no two nodes reach each other there is nothing to
 * choose, and all nodes stay.
 */
export function servedNetwork(nodes: readonly StreetNode[], edges: readonly StreetEdge[]): StreetNetwork {
  const whole = new StreetGraph(nodes, edges);
  const strong = strongParts(whole.nodeCount, whole.outgoing);
  const order = [...strong.sizes.keys()].sort((a, b) => sizeOf(strong, b) - sizeOf(strong, a) || a - b);
  const served = servedParts(whole, strong, order[0] ?? 0);
  const first = firstNodes(strong);
  const parts = order.map((part) => ({
    nodes: sizeOf(strong, part),
    first: first[part] ?? 0,
    at: whole.point(first[part] ?? 0),
    isServed: served.has(part),
  }));
  const counts = { nodesRead: nodes.length, edgesRead: edges.length, doubts: unitDoubts(nodes, edges) };
  if (parts.length === 1 || (served.size === parts.length && parts[0]?.nodes === 1))
    return { graph: whole, parts, ...counts, deadNodes: [], deadEdges: [], crossingEdges: [] };
  const rank = new Int32Array(order.length);
  for (const [place, part] of order.entries()) rank[part] = place;
  const isServed = (node: number): boolean => served.has(strong.partOf[node] as number);
  const [kept, deadNodes] = divided(nodes.length, isServed);
  const partOfId = new Map(kept.map((node) => [nodes[node]?.id, strong.partOf[node]]));
  const [keptEdges, deadEdges] = divided(edges.length, (place) => {
    const { from, to } = edges[place] as StreetEdge;
    return partOfId.has(from) && partOfId.has(to);
  });
  const graph = new StreetGraph(
    kept.map((node) => nodes[node] as StreetNode),
    keptEdges.map((place) => edges[place] as StreetEdge),
    {
      partOf: Int32Array.from(kept, (node) => rank[strong.partOf[node] as number] as number),
      dead: deadNodes.map((node) => nodes[node] as StreetNode),
    },
  );
  const crossingEdges = keptEdges.filter((place) => {
    const { from, to } = edges[place] as StreetEdge;
    return partOfId.get(from) !== partOfId.get(to);
  });
  return { graph, parts, ...counts, deadNodes, deadEdges, crossingEdges };
}

function servedParts(graph: StreetGraph, strong: StrongParts, largest: number): Set<number> {
  const largestSize = sizeOf(strong, largest);
  if (largestSize === 1) return new Set(strong.sizes.keys());
  const attached = attachedParts(graph, strong, largest);
  return new Set(
    [...strong.sizes.keys()].filter((part) => {
      const least = attached.has(part) ? largestSize * MIN_ATTACHED_SHARE : 0;
      return part === largest || sizeOf(strong, part) >= Math.max(MIN_ISLAND_NODES, least);
    }),
  );
}

/** The parts from which, or to which, segments lead to the largest one, in any number of steps. */
function attachedParts(graph: StreetGraph, { partOf }: StrongParts, largest: number): Set<number> {
  const isSeen = new Uint8Array(graph.nodeCount);
  const open = [...partOf.keys()].filter((node) => partOf[node] === largest);
  for (const node of open) isSeen[node] = 1;
  const attached = new Set<number>();
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    attached.add(partOf[node] as number);
    for (const { starts, ends } of [graph.outgoing, graph.incoming]) {
      for (let slot = starts[node] as number; slot < (starts[node + 1] as number); slot++) {
        const end = ends[slot] as number;
        if (isSeen[end] === 1) continue;
        isSeen[end] = 1;
        open.push(end);
      }
    }
  }
  return attached;
}

/** The indexes below `count` that are kept, and the others. */
function divided(count: number, isKept: (index: number) => boolean): [kept: number[], others: number[]] {
  const [kept, others]: [number[], number[]] = [[], []];
  for (let index = 0; index < count; index++) (isKept(index) ? kept : others).push(index);
  return [kept, others];
}

/** The first node of each part. */
function firstNodes({ partOf, sizes }: StrongParts): Uint32Array {
  const first = new Uint32Array(sizes.length);
  for (let node = partOf.length - 1; node >= 0; node--) first[partOf[node] as number] = node;
  return first;
}

function sizeOf({ sizes }: StrongParts, part: number): number {
  return sizes[part] ?? 0;
}
