import { Injectable } from '@nestjs/common';
import { OpenDemand } from '#libs/dispatch';
import { OfferCommitter } from './offer-committer.ts';
import { PendingAsks } from './pending-asks.ts';
import { RoundDecisions } from './round-decisions.ts';
import { RoundMetrics, RoundTimes } from './round-metrics.ts';
import { SwapCommitter } from './swap-committer.ts';

/** How often one round retries trips whose driver was taken meanwhile; more can wait for the next round. */
const MAX_RETRIES_PER_ROUND = 3;

/**
 * Runs one matching round over all owned shards: commits the follow-ups of accepted asks, then decides and commits, and
 * retries while drivers turn out to be taken.
 */
@Injectable()
export class JointRound {
  constructor(
    private readonly decisions: RoundDecisions,
    private readonly committer: OfferCommitter,
    private readonly swaps: SwapCommitter,
    private readonly pending: PendingAsks,
    private readonly demand: OpenDemand,
    private readonly metrics: RoundMetrics,
    private readonly times: RoundTimes,
  ) {}

  /** Returns whether there was anything to commit. Throws if the commit fails. */
  async run(): Promise<boolean> {
    const startedAt = performance.now();
    const followUps = this.pending.takeAnswered((tripId) => this.demand.get(tripId));
    await this.swaps.follow(followUps);
    let [matched, busyMs, committed] = [0, 0, followUps.length > 0];
    for (let retries = 0; ; retries++) {
      const decidedFrom = performance.now();
      const plan = await this.decisions.next();
      busyMs += performance.now() - decidedFrom;
      committed ||= plan.offers.length + plan.swaps.length > 0;
      await this.swaps.swap(plan.swaps);
      const { made, conflictedDriverIds } = await this.committer.commit(plan.offers);
      matched += made;
      if (conflictedDriverIds.size === 0 || retries === MAX_RETRIES_PER_ROUND) break;
      this.metrics.countRetry();
    }
    const wholeMs = performance.now() - startedAt;
    this.times.note(wholeMs, busyMs);
    this.metrics.observeRound(wholeMs / 1_000, matched);
    return committed;
  }
}
