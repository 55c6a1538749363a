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
  readonly #reply: MatcherProbeReply;

  constructor(
    @Inject(BUS) private readonly bus: NatsConnection,
    private readonly ownership: Ownership,
    @Inject(INCARNATION) incarnation: string,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.#reply = { incarnation };
  }

  onApplicationBootstrap(): void {
    const subject = probeSubject(this.ownership.self);
    serveJson(this.bus, subject, matcherProbe, () => this.#reply, logDropped(this.logger));
  }
}
