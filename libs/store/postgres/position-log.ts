import type { Position } from './host-state.ts';

/** How far apart two entries are at least. */
const MIN_SPACING_MS = 100;
/** How many entries are kept: at least ten seconds. A standby further behind is not read from. */
const MAX_ENTRIES = 100;

interface Entry {
  readonly atMs: number;
  readonly position: Position;
}

/**
 * How far the primary had come when. By it the age of what a standby shows is known without comparing clocks: whoever has
 * replayed a position has all that was committed when the primary was asked for it.
 */
export class PositionLog {
  #timeline = 0;
  #entries: Entry[] = [];

  /** The primary was asked at this moment (monotonic, of this machine); positions of another timeline count no more. */
  note(timeline: number, position: Position, atMs: number): void {
    if (timeline < this.#timeline) return;
    if (timeline > this.#timeline) this.#entries = [];
    this.#timeline = timeline;
    const last = this.#entries.at(-1);
    if (last !== undefined && atMs - last.atMs < MIN_SPACING_MS) return;
    this.#entries.push({ atMs, position });
    if (this.#entries.length > MAX_ENTRIES) this.#entries.shift();
  }

  /** How old what is readable up to there may be, at most; Infinity where that is not known. */
  stalenessMs(readableTo: Position, nowMs: number): number {
    const reached = this.#entries.findLast(({ position }) => position <= readableTo);
    return reached === undefined ? Infinity : nowMs - reached.atMs;
  }
}
