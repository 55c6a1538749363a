import type { StreetGraph } from './street-graph.ts';
import { StreetSearch } from './street-search.ts';

/** A fastest route through the street graph. */
export interface StreetRoute {
  /** Node indexes from start to end; a single one if both are the same. */
  readonly nodes: readonly number[];
  /** Seconds of each segment of the route: one entry fewer than nodes. */
  readonly segmentS: readonly number[];
  readonly totalS: number;
  readonly lengthM: number;
}

/**
 * Fastest routes on one street graph, at the segment times of one hour. Owns the memory of its searches, so reuse it;
 * it answers one query at a time.
 */
export class StreetRouter {
  readonly graph: StreetGraph;
  readonly #forward: StreetSearch;
  readonly #backward: StreetSearch;
  /** Number of the query that last requested a node; a search ends when all requested nodes are reached. */
  readonly #wantedIn: Float64Array;
  #question = 0;

  constructor(graph: StreetGraph) {
    this.graph = graph;
    this.#forward = new StreetSearch(graph.nodeCount, graph.outgoing);
    this.#backward = new StreetSearch(graph.nodeCount, graph.incoming);
    this.#wantedIn = new Float64Array(graph.nodeCount);
  }

  /**
   * The fastest route between two nodes by bidirectional Dijkstra; undefined if there is none.
   * @throws RangeError unless the hour is 0 to 23
   */
  route(from: number, to: number, hour: number): StreetRoute | undefined {
    const route = this.routeWithin(from, to, hour, Infinity);
    return typeof route === 'string' ? undefined : route;
  }

  /**
   * {@link route} with a bound on its time, which bounds the search. Says why there is no route: `no_route` if no
   * street leads there, `too_long` if a route may exist beyond the bound.
   * @throws RangeError unless the hour is 0 to 23
   */
  routeWithin(
    from: number,
    to: number,
    hour: number,
    cutOffS: number,
  ): StreetRoute | 'no_route' | 'too_long' {
    const costs = this.graph.secondsAt(hour);
    const meeting = this.#meet(from, to, costs, cutOffS);
    if (meeting >= 0) {
      const route = this.#routeOver(meeting, costs);
      return route.totalS <= cutOffS ? route : 'too_long';
    }
    return this.#forward.nextSeconds + this.#backward.nextSeconds === Infinity ? 'no_route' : 'too_long';
  }

  /**
   * Seconds from each source to the target, in the order of the sources; `Infinity` without a route within `cutOffS`.
   * One search backwards from the target, which ends as soon as all sources are reached.
   */
  secondsTo(target: number, sources: ArrayLike<number>, hour: number, cutOffS = Infinity): Float64Array {
    return this.#secondsBetween(this.#backward, target, sources, hour, cutOffS);
  }

  /** Seconds from the source to each target: {@link secondsTo} the other way round. */
  secondsFrom(source: number, targets: ArrayLike<number>, hour: number, cutOffS = Infinity): Float64Array {
    return this.#secondsBetween(this.#forward, source, targets, hour, cutOffS);
  }

  /** The node where both searches meet on the fastest route; -1 without a route within `cutOffS`. */
  #meet(from: number, to: number, costs: Float32Array, cutOffS: number): number {
    const forward = this.#forward;
    const backward = this.#backward;
    forward.start(from, costs);
    backward.start(to, costs);
    let meeting = -1;
    let best = Infinity;
    for (;;) {
      const nextSeconds = forward.nextSeconds + backward.nextSeconds;
      if (nextSeconds >= best || nextSeconds > cutOffS) break;
      const [search, other] =
        forward.nextSeconds <= backward.nextSeconds ? [forward, backward] : [backward, forward];
      const node = search.settleNext();
      const through = node < 0 ? Infinity : search.secondsOf(node) + other.secondsOf(node);
      if (through < best) {
        best = through;
        meeting = node;
      }
    }
    return meeting;
  }

  #routeOver(meeting: number, costs: Float32Array): StreetRoute {
    const nodes = [meeting];
    const edges: number[] = [];
    for (let node = meeting; this.#forward.viaEdge(node) >= 0;) {
      edges.push(this.#forward.viaEdge(node));
      node = this.#forward.viaNode(node);
      nodes.push(node);
    }
    nodes.reverse();
    edges.reverse();
    for (let node = meeting; this.#backward.viaEdge(node) >= 0;) {
      edges.push(this.#backward.viaEdge(node));
      node = this.#backward.viaNode(node);
      nodes.push(node);
    }
    const segmentS = edges.map((edge) => costs[edge] as number);
    return {
      nodes,
      segmentS,
      totalS: segmentS.reduce((sum, seconds) => sum + seconds, 0),
      lengthM: edges.reduce((sum, edge) => sum + (this.graph.lengthsM[edge] as number), 0),
    };
  }

  #secondsBetween(
    search: StreetSearch,
    start: number,
    wanted: ArrayLike<number>,
    hour: number,
    cutOffS: number,
  ): Float64Array {
    search.start(start, this.graph.secondsAt(hour));
    let missing = this.#markWanted(wanted);
    while (missing > 0 && search.nextSeconds <= cutOffS) {
      const node = search.settleNext();
      if (node < 0) break;
      if (this.#wantedIn[node] === this.#question) missing--;
    }
    return Float64Array.from(wanted, (node) => {
      const seconds = search.secondsOf(node);
      // A time beyond the cut-off may not be final.
      return seconds <= cutOffS ? seconds : Infinity;
    });
  }

  /** Marks the requested nodes and returns the number of distinct ones. */
  #markWanted(wanted: ArrayLike<number>): number {
    this.#question++;
    let distinct = 0;
    for (let place = 0; place < wanted.length; place++) {
      const node = wanted[place] as number;
      if (this.#wantedIn[node] === this.#question) continue;
      this.#wantedIn[node] = this.#question;
      distinct++;
    }
    return distinct;
  }
}
