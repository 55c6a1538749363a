import type { Position } from './host-state.ts';

/** Minimum time between two entries. */
const MIN_SPACING_MS = 100;
/** How many entries are kept: at least ten seconds. A standby further behind is not read from. */
const MAX_ENTRIES = 100;

interface Entry {
  readonly atMs: number;
  readonly position: Position;
}

/**
 * Log positions of the primary by the time it was asked for them. They give the staleness of a standby without comparing
 * clocks: a standby that has replayed a position has everything committed before the primary was asked for it.
 */
export class PositionLog {
  #timeline = 0;
  #entries: Entry[] = [];

  /** Adds a position that the primary was asked for at `atMs`, monotonic time. A new timeline drops the older positions. */
  note(timeline: number, position: Position, atMs: number): void {
    if (timeline < this.#timeline) return;
    if (timeline > this.#timeline) this.#entries = [];
    this.#timeline = timeline;
    const last = this.#entries.at(-1);
    if (last !== undefined && atMs - last.atMs < MIN_SPACING_MS) return;
    this.#entries.push({ atMs, position });
    if (this.#entries.length > MAX_ENTRIES) this.#entries.shift();
  }

  /** Upper bound of how stale a read at this position is; Infinity if it is unknown. */
  stalenessMs(readableTo: Position, nowMs: number): number {
    const reached = this.#entries.findLast(({ position }) => position <= readableTo);
    return reached === undefined ? Infinity : nowMs - reached.atMs;
  }
}
