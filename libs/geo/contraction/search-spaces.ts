import type { UpwardSearch } from './upward-search.ts';

/** How many nodes the first allocation holds; it grows when full. */
const FIRST_ROOM = 1024;

/**
 * The nodes that each of several searches reached, nearest first, with their times. Its memory is bounded by the
 * caller, which limits the number of searches, and by the height of the hierarchy, which limits each of them.
 */
export class SearchSpaces {
  #starts: number[] = [0];
  #nodes = new Uint32Array(FIRST_ROOM);
  #seconds = new Float64Array(FIRST_ROOM);
  #size = 0;

  clear(): void {
    this.#starts = [0];
    this.#size = 0;
  }

  /** Runs a search from a node until it is exhausted or at the cut-off, and keeps the nodes that it reached. */
  add(search: UpwardSearch, node: number, cutOffS: number): void {
    search.start(node);
    while (search.nextSeconds <= cutOffS) {
      const reached = search.settleNext();
      if (reached < 0) break;
      this.#push(reached, search.secondsOf(reached));
    }
    this.#starts.push(this.#size);
  }

  /** Time of the fastest route over any node that both the kept search and another, finished one have reached. */
  meet(place: number, other: UpwardSearch): number {
    let best = Infinity;
    const last = this.#starts[place + 1] as number;
    for (let entry = this.#starts[place] as number; entry < last; entry++) {
      const seconds = this.#seconds[entry] as number;
      if (seconds >= best) break;
      best = Math.min(best, seconds + other.secondsOf(this.#nodes[entry] as number));
    }
    return best;
  }

  #push(node: number, seconds: number): void {
    if (this.#size === this.#nodes.length) this.#grow();
    this.#nodes[this.#size] = node;
    this.#seconds[this.#size] = seconds;
    this.#size++;
  }

  #grow(): void {
    const nodes = new Uint32Array(2 * this.#size);
    const seconds = new Float64Array(2 * this.#size);
    nodes.set(this.#nodes);
    seconds.set(this.#seconds);
    this.#nodes = nodes;
    this.#seconds = seconds;
  }
}
