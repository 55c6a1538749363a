import type { LoggerService } from '@nestjs/common';
import { pino, type Logger } from 'pino';

export type { Logger };

/** Writes JSON lines to standard output. Redacts secrets in headers and bodies. */
export function createLogger(service: string, instance: string, level: string): Logger {
  return pino({
    level,
    base: { service, instance },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: { paths: ['*.authorization', '*.token', '*.ticket', '*.password'], censor: '[redacted]' },
  });
}

/** Sends Nest's own messages to the same logger; its start-up messages go to debug. */
export class NestLogger implements LoggerService {
  readonly #logger: Logger;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  log(message: unknown, context?: unknown): void {
    this.#logger.debug({ context }, String(message));
  }

  error(message: unknown, ...rest: unknown[]): void {
    const err = message instanceof Error ? message : undefined;
    this.#logger.error({ err, context: rest.at(-1) }, String(message));
  }

  warn(message: unknown, context?: unknown): void {
    this.#logger.warn({ context }, String(message));
  }

  debug(message: unknown, context?: unknown): void {
    this.#logger.debug({ context }, String(message));
  }
}

/**
 * Logs once that a repeated operation has started to fail, and once that it works again. A line per attempt would bury
 * the rest of the log.
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
