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

/** Who is a matcher. What follows from that for the shards is the planner's business, who is woken at each change. */
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
   * The instance is a member. What a former incarnation of it still owned gets a new epoch in the same transaction, which
   * shuts out whatever that one may still send. Returns what it owns.
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

  /** The planner hands its shards to others; returns those it still owns. */
  async leave(matcher: string, incarnation: string): Promise<ShardClaim[]> {
    const change = {
      instance: matcher,
      incarnation,
      state: 'leaving',
      from: ['active', 'drained', 'lost'],
    } as const;
    const isNews = await setMemberState(this.store, change, this.store.nowMs);
    if (isNews) {
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
  // Those that changed between being read and being locked are somebody else's by now.
  return commands
    .filter(({ shard }) => renewed.has(shard))
    .map(({ shard, epoch, owner }) => ({ shard, epoch, owner }));
}
