import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { NatsConnection } from '@nats-io/transport-node';
import { BUS, logDropped, serveJson } from '#libs/bus';
import { prepareShards, prepareSubject, type PrepareShards, type PrepareShardsReply } from '#libs/contracts';
import { LOGGER, type Logger } from '#libs/service';
import { INCARNATION } from '../ownership/incarnation.ts';
import { Ownership } from '../ownership/ownership.ts';

/** The driver-apis answer a question for positions within their batch of 100 ms; real time. */
const WARM_UP_MS = 250;

/** Gets ready for shards of another matcher: listens to the positions around them before they come. */
@Injectable()
export class PrepareHandler implements OnApplicationBootstrap {
  constructor(
    @Inject(BUS) private readonly bus: NatsConnection,
    private readonly ownership: Ownership,
    @Inject(INCARNATION) private readonly incarnation: string,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    const subject = prepareSubject(this.ownership.self);
    serveJson(this.bus, subject, prepareShards, (asked) => this.#prepare(asked), logDropped(this.logger));
  }

  async #prepare({ shards }: PrepareShards): Promise<PrepareShardsReply> {
    this.ownership.prepare(shards);
    await sleep(WARM_UP_MS);
    return { incarnation: this.incarnation };
  }
}
