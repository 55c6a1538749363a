import type { CoordinatorEffect } from '../coordinator-io.ts';
import type { ShardKey } from '../shard-claim.ts';
import { parentShard } from '../split-merge.ts';
import type { PendingCommit } from './pending-commit.ts';

/** When shards last changed for balance; they must not change again soon. */
export class Cooldowns {
  readonly #cooldownMs: number;
  readonly #movedAtMs = new Map<ShardKey, number>();

  constructor(cooldownMs: number) {
    this.#cooldownMs = cooldownMs;
  }

  /** The shards that still cool down, with the time of their last change. */
  at(nowMs: number): ReadonlyMap<ShardKey, number> {
    for (const [shard, atMs] of this.#movedAtMs)
      if (nowMs - atMs > this.#cooldownMs) this.#movedAtMs.delete(shard);
    return this.#movedAtMs;
  }

  /**
   * A shard that was moved for balance, split or merged cools down. A shard from a leaving or dead matcher may move
   * again at once, so that a replacement matcher gets its share without delay.
   */
  committed({ change, handoff }: PendingCommit, nowMs: number): void {
    for (const { shard, kind } of change.claims) {
      if (kind === 'reowned' || handoff?.isUrgent === true) this.#movedAtMs.delete(shard);
      else if (kind !== 'claimed') this.#movedAtMs.set(shard, nowMs);
      if (kind === 'split' || kind === 'merged') this.#movedAtMs.set(parentShard(shard), nowMs);
    }
  }

  /** A failed handoff is not repeated at once, because each attempt stops the matching of its shards for a moment. */
  givenUp(effects: readonly CoordinatorEffect[], nowMs: number): void {
    for (const effect of effects)
      if (effect.type === 'report' && effect.report.event === 'handoff_given_up')
        for (const { shard } of effect.report.handoff.shards) this.#movedAtMs.set(shard, nowMs);
  }
}
