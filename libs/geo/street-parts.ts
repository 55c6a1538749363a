import type { Adjacency } from './street-graph.ts';

/** The strongly connected parts of a network: in each, every node reaches every other one. */
export interface StrongParts {
  /** Part of each node. */
  readonly partOf: Int32Array;
  /** Number of nodes of each part. */
  readonly sizes: readonly number[];
}

/** Tarjan's algorithm with its own stack: linear time, and no depth of recursion on a road of a million nodes. */
export function strongParts(nodeCount: number, { starts, ends }: Adjacency): StrongParts {
  const partOf = new Int32Array(nodeCount).fill(-1);
  const sizes: number[] = [];
  /** Order of the first visit, from 1; 0 before it. */
  const order = new Uint32Array(nodeCount);
  /** The earliest open node that this one reaches. */
  const lowest = new Uint32Array(nodeCount);
  /** The next segment of each node to follow. */
  const next = starts.slice(0, nodeCount);
  const open: number[] = [];
  const path: number[] = [];
  let visited = 0;

  const visit = (node: number): void => {
    order[node] = lowest[node] = ++visited;
    open.push(node);
    path.push(node);
  };
  const close = (node: number): void => {
    const part = sizes.length;
    let size = 0;
    for (let member = open.pop(); member !== undefined; member = open.pop()) {
      partOf[member] = part;
      size++;
      if (member === node) break;
    }
    sizes.push(size);
  };

  for (let root = 0; root < nodeCount; root++) {
    if (order[root] !== 0) continue;
    visit(root);
    for (let node = path.at(-1); node !== undefined; node = path.at(-1)) {
      const slot = next[node] as number;
      if (slot < (starts[node + 1] as number)) {
        next[node] = slot + 1;
        const end = ends[slot] as number;
        if (order[end] === 0) visit(end);
        else if (partOf[end] === -1) lower(lowest, node, order[end] as number);
        continue;
      }
      path.pop();
      if (lowest[node] === order[node]) close(node);
      const before = path.at(-1);
      if (before !== undefined) lower(lowest, before, lowest[node] as number);
    }
  }
  return { partOf, sizes };
}

function lower(lowest: Uint32Array, node: number, order: number): void {
  if (order < (lowest[node] as number)) lowest[node] = order;
}
