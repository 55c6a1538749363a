import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { NatsConnection } from '@nats-io/transport-node';
import { BUS, logDropped, serveJson } from '#libs/bus';
import { matcherProbe, probeSubject, type MatcherProbeReply } from '#libs/contracts';
import { LOGGER, type Logger } from '#libs/service';
import { INCARNATION } from '../ownership/incarnation.ts';
import { Ownership } from '../ownership/ownership.ts';

/** Answers "are you there?". */
@Injectable()
export class ProbeHandler implements OnApplicationBootstrap {
  readonly #bus: NatsConnection;
  readonly #ownership: Ownership;
  readonly #reply: MatcherProbeReply;
  readonly #logger: Logger;

  constructor(
    @Inject(BUS) bus: NatsConnection,
    @Inject(Ownership) ownership: Ownership,
    @Inject(INCARNATION) incarnation: string,
    @Inject(LOGGER) logger: Logger,
  ) {
    this.#bus = bus;
    this.#ownership = ownership;
    this.#reply = { incarnation };
    this.#logger = logger;
  }

  onApplicationBootstrap(): void {
    const subject = probeSubject(this.#ownership.self);
    serveJson(this.#bus, subject, matcherProbe, () => this.#reply, logDropped(this.#logger));
  }
}
