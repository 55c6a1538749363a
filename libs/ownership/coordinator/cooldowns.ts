import type { CoordinatorEffect } from '../coordinator-io.ts';
import type { ShardKey } from '../shard-claim.ts';
import { parentShard } from '../split-merge.ts';
import type { PendingCommit } from './pending-commit.ts';

/** When shards last changed for balance: they are not to change again soon. */
export class Cooldowns {
  readonly #cooldownMs: number;
  readonly #movedAtMs = new Map<ShardKey, number>();

  constructor(cooldownMs: number) {
    this.#cooldownMs = cooldownMs;
  }

  /** Those that still cool, and since when. */
  at(nowMs: number): ReadonlyMap<ShardKey, number> {
    for (const [shard, atMs] of this.#movedAtMs)
      if (nowMs - atMs > this.#cooldownMs) this.#movedAtMs.delete(shard);
    return this.#movedAtMs;
  }

  /**
   * What was moved by plan, split or merged cools. What came from one who left or died may go on at once, so that whoever
   * comes in that one's place need not wait for its share.
   */
  committed({ change, handoff }: PendingCommit, nowMs: number): void {
    for (const { shard, kind } of change.claims) {
      if (kind === 'reowned' || handoff?.isUrgent === true) this.#movedAtMs.delete(shard);
      else if (kind !== 'claimed') this.#movedAtMs.set(shard, nowMs);
      if (kind === 'split' || kind === 'merged') this.#movedAtMs.set(parentShard(shard), nowMs);
    }
  }

  /** Each attempt at a handoff stops the matching of its shards for a moment: one that failed is not made again at once. */
  givenUp(effects: readonly CoordinatorEffect[], nowMs: number): void {
    for (const effect of effects)
      if (effect.type === 'report' && effect.report.event === 'handoff_given_up')
        for (const { shard } of effect.report.handoff.shards) this.#movedAtMs.set(shard, nowMs);
  }
}
