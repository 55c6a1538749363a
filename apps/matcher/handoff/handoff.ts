import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { NatsConnection } from '@nats-io/transport-node';
import { BUS, logDropped, serveJson } from '#libs/bus';
import {
  drainShards,
  drainSubject,
  prepareShards,
  prepareSubject,
  type DrainShards,
  type DrainShardsReply,
  type PrepareShards,
  type PrepareShardsReply,
} from '#libs/contracts';
import type { ShardClaim } from '#libs/ownership';
import { LOGGER, OutageLog, type Logger } from '#libs/service';
import { DemandSweep } from '../demand/demand-sweep.ts';
import { INCARNATION } from '../ownership/membership.ts';
import { Ownership } from '../ownership/ownership.ts';
import { RoundLoop } from '../rounds/round-loop.ts';

/**
 * How long the next owner collects positions before it reports that it is ready, wall time. A driver-api publishes
 * them with its next batch, within 100 ms.
 */
const WARM_UP_MS = 250;

/**
 * Moves shards between matchers while matching goes on. The target prepares (listens to the positions around the
 * shards), the source drains (stops matching them), and the target takes them over when its claim arrives.
 */
@Injectable()
export class Handoff implements OnApplicationBootstrap {
  readonly #outage: OutageLog;

  constructor(
    @Inject(BUS) private readonly bus: NatsConnection,
    private readonly ownership: Ownership,
    private readonly sweep: DemandSweep,
    private readonly rounds: RoundLoop,
    @Inject(INCARNATION) private readonly incarnation: string,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.#outage = new OutageLog(logger, 'reading the demand of new shards');
    ownership.onChange(({ gained, renewed, resumed }) => {
      const claims = [...gained, ...renewed, ...resumed];
      if (claims.length > 0) void this.#takeOver(claims);
    });
  }

  onApplicationBootstrap(): void {
    const { self } = this.ownership;
    const dropped = logDropped(this.logger);
    serveJson(this.bus, prepareSubject(self), prepareShards, (request) => this.#prepare(request), dropped);
    serveJson(this.bus, drainSubject(self), drainShards, (request) => this.#drain(request), dropped);
  }

  async #prepare({ shards }: PrepareShards): Promise<PrepareShardsReply> {
    this.ownership.prepare(shards);
    await sleep(WARM_UP_MS);
    return { incarnation: this.incarnation };
  }

  /** The reply waits for the current round, which decided its offers before the drain. */
  async #drain({ shards, lease_ms }: DrainShards): Promise<DrainShardsReply> {
    const drained = this.ownership.drain(shards, lease_ms);
    const drainedSet = new Set(drained);
    const line = {
      event: 'shards_drained',
      at_ms: Date.now(),
      shards: shards.filter(({ shard }) => drainedSet.has(shard)),
    };
    this.logger.info(line, `drains ${drained.length} shards`);
    await this.rounds.untilIdle();
    return { incarnation: this.incarnation, drained };
  }

  /** Reads the demand of new shards and runs a round at once, without waiting for any interval. */
  async #takeOver(claims: readonly ShardClaim[]): Promise<void> {
    try {
      await this.sweep.read(claims);
      this.#outage.worked();
    } catch (error) {
      // The next sweep reads what this one could not.
      this.#outage.failed(error);
      return;
    }
    const held = claims.filter(({ shard, epoch }) => this.ownership.own.get(shard)?.epoch === epoch);
    const shards = held.map(({ shard, epoch }) => ({ shard, epoch }));
    this.logger.info(
      { event: 'shards_taken_over', at_ms: Date.now(), shards },
      `matches ${shards.length} more shards`,
    );
    await this.rounds.runNow();
  }
}
