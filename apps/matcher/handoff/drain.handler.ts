import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { NatsConnection } from '@nats-io/transport-node';
import { BUS, logDropped, serveJson } from '#libs/bus';
import { drainShards, drainSubject, type DrainShards, type DrainShardsReply } from '#libs/contracts';
import { LOGGER, type Logger } from '#libs/service';
import { INCARNATION } from '../ownership/incarnation.ts';
import { Ownership } from '../ownership/ownership.ts';
import { RoundLoop } from '../rounds/round-loop.ts';

/** Stops the matching of shards that are on their way to another matcher, and says when nothing is under way any more. */
@Injectable()
export class DrainHandler implements OnApplicationBootstrap {
  constructor(
    @Inject(BUS) private readonly bus: NatsConnection,
    private readonly ownership: Ownership,
    private readonly rounds: RoundLoop,
    @Inject(INCARNATION) private readonly incarnation: string,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    const subject = drainSubject(this.ownership.self);
    serveJson(this.bus, subject, drainShards, (asked) => this.#drain(asked), logDropped(this.logger));
  }

  /** A round that is being committed was decided before: the reply waits for it. */
  async #drain({ shards, lease_ms }: DrainShards): Promise<DrainShardsReply> {
    const drained = this.ownership.drain(shards, lease_ms);
    const those = new Set(drained);
    const line = {
      event: 'shards_drained',
      at_ms: Date.now(),
      shards: shards.filter(({ shard }) => those.has(shard)),
    };
    this.logger.info(line, `drains ${drained.length} shards`);
    await this.rounds.untilIdle();
    return { incarnation: this.incarnation, drained };
  }
}
