import { randomUUID } from 'node:crypto';
import { machineTime, type Clock } from '#libs/service';
import { giveUpTerm, winTerm, type PlannerCandidate, type TripStore } from '#libs/store';

/** How long a planner keeps its term without renewing it. */
const TERM_LEASE_MS = 2_000;

/** The planner's term, as far as this process holds it. */
export class PlannerTerm {
  readonly #store: TripStore;
  readonly #clock: Clock;
  readonly #candidate: PlannerCandidate;
  #heldUntilMs = -Infinity;

  constructor(store: TripStore, clock: Clock, instance: string) {
    this.#store = store;
    this.#clock = clock;
    this.#candidate = { instance, incarnation: randomUUID() };
  }

  /** Wins or renews the term; undefined if another process has it. Throws if Postgres does not answer. */
  async hold(): Promise<number | undefined> {
    const nowMs = this.#clock.now();
    const untilMs = nowMs + machineTime(this.#clock, TERM_LEASE_MS);
    const term = await winTerm(this.#store, this.#candidate, nowMs, untilMs);
    this.#heldUntilMs = term === undefined ? -Infinity : untilMs;
    return term;
  }

  /** Whether another process may have the term by now. */
  get hasLapsed(): boolean {
    return this.#clock.now() > this.#heldUntilMs;
  }

  async giveUp(): Promise<void> {
    if (!this.hasLapsed) await giveUpTerm(this.#store, this.#candidate);
  }
}
