interface Link {
  readonly from: number;
  readonly to: number;
}

/**
 * The largest set of nodes that all reach each other (the largest strongly connected component), ascending. Computes
 * it by definition: for each unassigned node, intersects the nodes it reaches with those that reach it.
 */
export function largestMutuallyReachable(nodeCount: number, links: readonly Link[]): number[] {
  const forward = neighbors(nodeCount, links);
  const backward = neighbors(
    nodeCount,
    links.map(({ from, to }) => ({ from: to, to: from })),
  );
  const isPlaced = new Uint8Array(nodeCount);
  let largest: number[] = [];
  for (let node = 0; node < nodeCount; node++) {
    if (isPlaced[node] === 1) continue;
    const reached = reachableFrom(node, forward);
    const reaching = reachableFrom(node, backward);
    const component: number[] = [];
    for (let other = 0; other < nodeCount; other++) {
      if (reached[other] !== 1 || reaching[other] !== 1) continue;
      isPlaced[other] = 1;
      component.push(other);
    }
    if (component.length > largest.length) largest = component;
  }
  return largest;
}

function neighbors(nodeCount: number, links: readonly Link[]): number[][] {
  const lists: number[][] = Array.from({ length: nodeCount }, () => []);
  for (const { from, to } of links) lists[from]?.push(to);
  return lists;
}

function reachableFrom(start: number, lists: readonly (readonly number[])[]): Uint8Array {
  const isReached = new Uint8Array(lists.length);
  isReached[start] = 1;
  const open = [start];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    for (const next of lists[node] ?? []) {
      if (isReached[next] === 1) continue;
      isReached[next] = 1;
      open.push(next);
    }
  }
  return isReached;
}
