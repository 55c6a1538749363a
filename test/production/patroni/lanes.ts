import { expect } from 'vitest';
import { audit } from './ledger.ts';
import type { Lane } from './lane.ts';

/** Generous for a busy machine; the measured time is reported, and the goal is 30 s. */
const RECOVERY_LIMIT_MS = 90_000;
const TRIPS_OF_A_BUSY_LANE = 20;

/** Several routes to the same database, all under load. */
export class Lanes {
  readonly #lanes: readonly Lane[];

  constructor(lanes: readonly Lane[]) {
    this.#lanes = lanes;
  }

  /** Waits until each lane is served again; returns how long each waited, in milliseconds. */
  recoveredSince(since: number): Promise<Record<string, number>> {
    return this.#ofEach(
      async ({ load }) => (await load.untilAcknowledged(1, since, RECOVERY_LIMIT_MS)).at - since,
    );
  }

  /** Waits for some more trips on each lane. */
  async untilBusy(): Promise<void> {
    const now = performance.now();
    await this.#ofEach(async ({ load }) => {
      await load.untilAcknowledged(TRIPS_OF_A_BUSY_LANE, now, RECOVERY_LIMIT_MS);
      return 0;
    });
  }

  /** The longest time without an acknowledgement on each lane since a moment, in milliseconds. */
  longestWaits(since: number): Promise<Record<string, number>> {
    return this.#ofEach(({ load }) => {
      const times = load.acknowledged.map(({ at }) => at).filter((at) => at >= since);
      return Math.max(...times.map((at, index) => at - (times[index - 1] ?? since)));
    });
  }

  /** Number of acknowledged requests that began after a moment. */
  acknowledgedSince(since: number): number {
    return this.#lanes.flatMap(({ load }) => load.acknowledged).filter(({ begunAt }) => begunAt > since)
      .length;
  }

  /**
   * Every acknowledged trip is in the database at this URL, once, and a repeated request under its key returns it.
   */
  async expectAllKept(url: string): Promise<{ acknowledged: number; rpo_rows: number; duplicated: number }> {
    for (const { load } of this.#lanes) {
      const [first] = load.acknowledged;
      if (first === undefined) throw new Error('a lane without trips');
      expect(await load.repeat(first)).toBe(first.tripId);
    }
    const kept = await audit(
      url,
      this.#lanes.flatMap(({ load }) => load.acknowledged),
    );
    expect(kept).toMatchObject({ rpo_rows: 0, duplicated: 0 });
    for (const { load } of this.#lanes) expect(load.faults).toEqual([]);
    return kept;
  }

  async stop(): Promise<void> {
    await Promise.all(this.#lanes.map((lane) => lane.stop()));
  }

  async #ofEach(measure: (lane: Lane) => number | Promise<number>): Promise<Record<string, number>> {
    const measured = this.#lanes.map(async (lane) => [lane.name, Math.round(await measure(lane))] as const);
    return Object.fromEntries(await Promise.all(measured));
  }
}
