import { Inject, Injectable } from '@nestjs/common';
import type { NatsConnection } from '@nats-io/transport-node';
import { BUS } from '#libs/bus';
import { PLANNER_WAKE_SUBJECT } from '#libs/contracts';
import { claimCommand, type ShardClaim } from '#libs/ownership';
import { LOGGER, type Logger } from '#libs/service';
import { LiveShardMap } from '#libs/shard-map';
import {
  claimShards,
  joinMember,
  readShardsOwnedBy,
  setMemberState,
  TripStore,
  type TripTransaction,
} from '#libs/store';
import { announceClaims } from './announce-claims.ts';
import { PlannerReports } from './planner-reports.ts';

/** Keeps the list of matchers. The planner, which is woken at each change, decides on their shards. */
@Injectable()
export class MatcherMembership {
  constructor(
    private readonly store: TripStore,
    @Inject(BUS) private readonly bus: NatsConnection,
    private readonly shards: LiveShardMap,
    private readonly reports: PlannerReports,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /**
   * Makes the instance a member, and returns its shards. The shards of an earlier incarnation get a new epoch in the same
   * transaction, which fences what that incarnation may still send.
   */
  async join(matcher: string, incarnation: string): Promise<ShardClaim[]> {
    const result = await this.store.transact(async (transaction) => {
      const isNew = await joinMember(transaction, matcher, incarnation, transaction.nowMs);
      const owned = await readShardsOwnedBy(transaction, matcher);
      return isNew ? { isNew, owned: await renew(transaction, owned) } : { isNew, owned };
    });
    if (result.isNew) {
      announceClaims(this.bus, this.shards, result.owned);
      this.reports.countChanges(result.owned.map(() => 'renewed'));
      this.logger.info({ event: 'matcher_joined', matcher, incarnation, shards: result.owned.length });
    }
    this.wakePlanner();
    return result.owned;
  }

  /** Marks the matcher as leaving, so that the planner hands its shards over; returns those it still owns. */
  async leave(matcher: string, incarnation: string): Promise<ShardClaim[]> {
    const change = {
      instance: matcher,
      incarnation,
      state: 'leaving',
      from: ['active', 'drained', 'lost'],
    } as const;
    const hasChanged = await setMemberState(this.store, change, this.store.nowMs);
    if (hasChanged) {
      this.logger.info({ event: 'matcher_leaving', matcher });
      this.wakePlanner();
    }
    return readShardsOwnedBy(this.store, matcher);
  }

  wakePlanner(): void {
    if (!this.bus.isClosed()) this.bus.publish(PLANNER_WAKE_SUBJECT);
  }
}

async function renew(transaction: TripTransaction, owned: readonly ShardClaim[]): Promise<ShardClaim[]> {
  const commands = owned.map((claim) => claimCommand(claim, claim.shard, claim.owner, 'renewed'));
  const renewed = new Set(await claimShards(transaction, commands, null, transaction.nowMs));
  // A shard that changed between the read and the lock has another owner by now.
  return commands
    .filter(({ shard }) => renewed.has(shard))
    .map(({ shard, epoch, owner }) => ({ shard, epoch, owner }));
}
