import type { SparsePairs } from '../eta.ts';
import type { ContractionHierarchy } from './contraction-hierarchy.ts';
import { SearchSpaces } from './search-spaces.ts';
import { UpwardSearch } from './upward-search.ts';

/** For how many targets searches are kept at once, which bounds their memory. */
export const MAX_TARGETS_AT_ONCE = 1024;

/** Travel times on a hierarchy. Owns the memory of its searches, so it answers one query at a time. */
export class HierarchyRouter {
  readonly #ranks: Uint32Array;
  readonly #forward: UpwardSearch;
  readonly #backward: UpwardSearch;
  readonly #spaces = new SearchSpaces();

  constructor({ nodeCount, ranks, up, down }: ContractionHierarchy) {
    this.#ranks = ranks;
    this.#forward = new UpwardSearch(nodeCount, up, down);
    this.#backward = new UpwardSearch(nodeCount, down, up);
  }

  /** Seconds from one node to another; `Infinity` without a route. */
  secondsBetween(from: number, to: number): number {
    const forward = this.#forward;
    const backward = this.#backward;
    forward.start(this.#ranks[from] as number);
    backward.start(this.#ranks[to] as number);
    let best = Infinity;
    for (;;) {
      const isForward = forward.nextSeconds <= backward.nextSeconds;
      const [search, other] = isForward ? [forward, backward] : [backward, forward];
      if (search.nextSeconds >= best) return best;
      const node = search.settleNext();
      if (node >= 0) best = Math.min(best, search.secondsOf(node) + other.secondsOf(node));
    }
  }

  /**
   * Seconds for each pair of a target (row) and a source (column), in their order; `Infinity` without a route within
   * `cutOffS`. One search per target and one per source, for any number of pairs (S. Knopp et al., "Computing
   * Many-to-Many Shortest Paths Using Highway Hierarchies", ALENEX 2007). The paper keeps the results of the target
   * searches in buckets at the nodes, and each source search then finds all targets. Here each source has only a few
   * targets, so results kept by target are less work.
   */
  secondsOfPairs(
    targets: Uint32Array,
    sources: Uint32Array,
    pairs: SparsePairs,
    cutOffS = Infinity,
  ): Float64Array {
    const seconds = new Float64Array(pairs.columns.length).fill(Infinity);
    for (let first = 0; first < targets.length; first += MAX_TARGETS_AT_ONCE) {
      const last = Math.min(targets.length, first + MAX_TARGETS_AT_ONCE);
      this.#spaces.clear();
      for (let row = first; row < last; row++) {
        this.#spaces.add(this.#backward, this.#ranks[targets[row] as number] as number, cutOffS);
      }
      this.#answer(pairsBySource(pairs, sources.length, first, last), first, sources, cutOffS, seconds);
    }
    return seconds;
  }

  #answer(
    { starts, rows, places }: PairsBySource,
    firstRow: number,
    sources: Uint32Array,
    cutOffS: number,
    seconds: Float64Array,
  ): void {
    for (let column = 0; column < sources.length; column++) {
      const last = starts[column + 1] as number;
      if (starts[column] === last) continue;
      this.#runForward(this.#ranks[sources[column] as number] as number, cutOffS);
      for (let pair = starts[column] as number; pair < last; pair++) {
        const found = this.#spaces.meet((rows[pair] as number) - firstRow, this.#forward);
        if (found <= cutOffS) seconds[places[pair] as number] = found;
      }
    }
  }

  #runForward(node: number, cutOffS: number): void {
    this.#forward.start(node);
    while (this.#forward.nextSeconds <= cutOffS && this.#forward.settleNext() >= 0);
  }
}

/** Some rows of the pairs, grouped by column: the row of each pair and its index among all pairs. */
interface PairsBySource {
  readonly starts: Uint32Array;
  readonly rows: Uint32Array;
  readonly places: Uint32Array;
}

function pairsBySource(
  { rowStarts, columns }: SparsePairs,
  sourceCount: number,
  firstRow: number,
  lastRow: number,
): PairsBySource {
  const [first, last] = [rowStarts[firstRow] as number, rowStarts[lastRow] as number];
  const starts = new Uint32Array(sourceCount + 1);
  for (let place = first; place < last; place++) {
    const after = (columns[place] as number) + 1;
    starts[after] = (starts[after] as number) + 1;
  }
  for (let column = 1; column <= sourceCount; column++) {
    starts[column] = (starts[column] as number) + (starts[column - 1] as number);
  }
  const next = starts.slice();
  const [rows, places] = [new Uint32Array(last - first), new Uint32Array(last - first)];
  for (let row = firstRow; row < lastRow; row++) {
    for (let place = rowStarts[row] as number; place < (rowStarts[row + 1] as number); place++) {
      const column = columns[place] as number;
      const pair = next[column] as number;
      next[column] = pair + 1;
      rows[pair] = row;
      places[pair] = place;
    }
  }
  return { starts, rows, places };
}
