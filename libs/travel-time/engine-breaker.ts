import { machineTime, type Clock } from '#libs/service';

/** After how many failed questions in a row the routing engine is no longer asked. */
export const FAILURES_BEFORE_OPEN = 3;
/**
 * How long the routing engine is not asked before one question tries it again, wall time. Meanwhile drives are
 * estimated by straight-line distance.
 */
export const HALF_OPEN_AFTER_MS = 5_000;

/**
 * The circuit breaker of a routing engine. It counts questions, however many matrices each of them needed, and only
 * failures of the engine. cockatiel's breaker counts each request and reads the machine's clock.
 */
export class EngineBreaker {
  readonly #clock: Clock;
  #failures = 0;
  #triedAtMs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get isOpen(): boolean {
    return this.#failures >= FAILURES_BEFORE_OPEN;
  }

  /** Whether a question may be asked. While open, true once in {@link HALF_OPEN_AFTER_MS}. */
  admits(): boolean {
    const nowMs = this.#clock.now();
    if (this.isOpen && nowMs - this.#triedAtMs < machineTime(this.#clock, HALF_OPEN_AFTER_MS)) return false;
    this.#triedAtMs = nowMs;
    return true;
  }

  /** Reports that the engine answered a question, even if it refused some of its places. */
  succeeded(): void {
    this.#failures = 0;
  }

  /** Reports that the engine answered nothing of a question. */
  failed(): void {
    this.#failures++;
    this.#triedAtMs = this.#clock.now();
  }
}
