import type { Logger } from './logger.ts';

/**
 * Says once that something which is tried again and again has stopped working, and once that it works again; a line
 * a second would bury what else is going on.
 */
export class OutageLog {
  readonly #logger: Logger;
  readonly #what: string;
  #failures = 0;

  constructor(logger: Logger, what: string) {
    this.#logger = logger;
    this.#what = what;
  }

  failed(error: unknown): void {
    this.#failures += 1;
    if (this.#failures > 1) return;
    this.#logger.error({ event: 'outage', what: this.#what, err: error }, `${this.#what} fails`);
  }

  worked(): void {
    if (this.#failures === 0) return;
    this.#logger.info(
      { event: 'outage_over', what: this.#what, failures: this.#failures },
      `${this.#what} works again`,
    );
    this.#failures = 0;
  }
}
