import {
  AuthorizationError,
  PermissionViolationError,
  UserAuthenticationExpiredError,
  type Status,
} from '@nats-io/transport-node';
import { OutageLog, type Logger, type Metrics } from '#libs/service';

/** Follows a connection: whether it is there, and whether nats-server has refused something. */
export class BusWatch {
  readonly #logger: Logger;
  readonly #refusals: OutageLog;
  readonly #forbidden;
  #connected = true;
  #refused = false;

  constructor(logger: Logger, metrics: Metrics) {
    this.#logger = logger;
    this.#refusals = new OutageLog(logger, 'logging in to NATS');
    this.#forbidden = metrics.counter(
      'bus_forbidden_total',
      'Publications and subscriptions that nats-server refused to this role',
      ['operation'],
    );
  }

  /** Why the bus cannot be used; undefined while it works. */
  get complaint(): string | undefined {
    if (this.#connected) return undefined;
    return this.#refused ? 'nats-server refuses the identity of this process' : 'disconnected';
  }

  note(status: Status): void {
    if (status.type === 'disconnect') this.#connected = false;
    if (status.type === 'reconnect') {
      this.#connected = true;
      this.#refused = false;
      this.#refusals.worked();
    }
    if (status.type === 'error') this.#noteError(status.error);
  }

  #noteError(error: Error): void {
    if (error instanceof AuthorizationError || error instanceof UserAuthenticationExpiredError) {
      this.#refused = true;
      this.#refusals.failed(error);
    }
    if (error instanceof PermissionViolationError) {
      const { operation, subject } = error;
      this.#forbidden.inc({ operation });
      this.#logger.error(
        { event: 'bus_forbidden', operation, subject },
        `nats-server refuses the ${operation} of ${subject} to this role`,
      );
    }
  }
}
