import { expect } from 'vitest';
import { audit } from './ledger.ts';
import type { Lane } from './lane.ts';

/** How long a machine that does much else may take; what is measured is reported, the goal is 30 s. */
const RECOVERY_LIMIT_MS = 90_000;
const TRIPS_OF_A_BUSY_LANE = 20;

/** Several ways to the same database, in use all the time. */
export class Lanes {
  readonly #lanes: readonly Lane[];

  constructor(lanes: readonly Lane[]) {
    this.#lanes = lanes;
  }

  /** Waits until each lane has been served again; gives how long each had to wait since then, in milliseconds. */
  recoveredSince(since: number): Promise<Record<string, number>> {
    return this.#ofEach(
      async ({ load }) => (await load.untilAcknowledged(1, since, RECOVERY_LIMIT_MS)).at - since,
    );
  }

  /** Each lane has some more trips than now. */
  async untilBusy(): Promise<void> {
    const now = performance.now();
    await this.#ofEach(async ({ load }) => {
      await load.untilAcknowledged(TRIPS_OF_A_BUSY_LANE, now, RECOVERY_LIMIT_MS);
      return 0;
    });
  }

  /** The longest time without an acknowledgement that each lane has had since then, in milliseconds. */
  longestWaits(since: number): Promise<Record<string, number>> {
    return this.#ofEach(({ load }) => {
      const times = load.acknowledged.map(({ at }) => at).filter((at) => at >= since);
      return Math.max(...times.map((at, index) => at - (times[index - 1] ?? since)));
    });
  }

  /** How many requests that began since then were acknowledged. */
  acknowledgedSince(since: number): number {
    return this.#lanes.flatMap(({ load }) => load.acknowledged).filter(({ begunAt }) => begunAt > since)
      .length;
  }

  /**
   * Every trip that was acknowledged is in the database at this URL, once, and asking again under its key gives it
   * again.
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
