import { Inject, Injectable } from '@nestjs/common';
import type { ShardClaim } from '#libs/ownership';
import { LOGGER, OutageLog, type Logger } from '#libs/service';
import { DemandSweep } from '../demand/demand-sweep.ts';
import { Ownership } from '../ownership/ownership.ts';
import { RoundLoop } from '../rounds/round-loop.ts';

/** Shards that have come are matched at once: their demand is read, and a round is run, without waiting for any interval. */
@Injectable()
export class TakeOver {
  readonly #outage: OutageLog;

  constructor(
    private readonly ownership: Ownership,
    private readonly sweep: DemandSweep,
    private readonly rounds: RoundLoop,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.#outage = new OutageLog(logger, 'reading the demand of new shards');
    ownership.onChange(({ gained, renewed, resumed }) => {
      const claims = [...gained, ...renewed, ...resumed];
      if (claims.length > 0) void this.#take(claims);
    });
  }

  /** What cannot be read now is read by the next sweep. */
  async #take(claims: readonly ShardClaim[]): Promise<void> {
    try {
      await this.sweep.read(claims);
      this.#outage.worked();
    } catch (error) {
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
