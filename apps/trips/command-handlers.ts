import type { ReportsFailures } from '#libs/bus';
import type { Command, HailgridError } from '#libs/contracts';
import type { Logger } from '#libs/service';

/**
 * Base of all classes that handle commands. Logs our own failures as errors, and refusals, which are the caller's mistake,
 * at debug level.
 */
export abstract class CommandHandlers implements ReportsFailures {
  readonly #logger: Logger;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  reportFailure(command: Command, error: HailgridError): void {
    const line = { event: 'command_refused', subject: command.subject, code: error.code };
    if (error.status >= 500) this.#logger.error({ ...line, err: error }, error.message);
    else this.#logger.debug(line, error.message);
  }
}
