import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import type { NatsConnection, Subscription } from '@nats-io/transport-node';
import { BUS, logDropped, subscribe } from '#libs/bus';
import { WEBHOOKS_PROBE_SUBJECT } from '#libs/contracts';
import { LOGGER, type Logger } from '#libs/service';

/** Answers the probe of `trips` until shutdown begins, so that `trips` can show operators that a process delivers. */
@Injectable()
export class Probe implements OnApplicationBootstrap, BeforeApplicationShutdown {
  #subscription: Subscription | undefined;

  constructor(
    @Inject(BUS) private readonly bus: NatsConnection,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    const answer = (message: { respond(): boolean }): void => void message.respond();
    this.#subscription = subscribe(this.bus, WEBHOOKS_PROBE_SUBJECT, answer, logDropped(this.logger));
  }

  beforeApplicationShutdown(): void {
    this.#subscription?.unsubscribe();
  }
}
