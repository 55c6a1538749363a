import type { InstanceName, ShardKey } from './shard-claim.ts';
import type { ShardLoad } from './shard-load.ts';
import type { ShardRow } from './shard-row.ts';

/** Input of a plan. */
export interface PlanInput {
  /** All rows, retired ones too. */
  readonly rows: readonly ShardRow[];
  /** The shards of the service area when none is split. */
  readonly baseCells: readonly ShardKey[];
  /** Matchers that may get shards. */
  readonly takers: readonly InstanceName[];
  /** Matchers that must hand over all their shards. */
  readonly leavers: readonly InstanceName[];
  /** Matchers that keep their shards and get no more, such as suspects. */
  readonly keepers: readonly InstanceName[];
  /** Loads by shard from the owner's last heartbeat; a shard without one counts as idle. */
  readonly loads: ReadonlyMap<ShardKey, ShardLoad>;
  /** Shards in a running handoff, by target: they stay untouched and count for their target. */
  readonly moving: ReadonlyMap<ShardKey, InstanceName>;
  /**
   * False while a matcher is suspect: a plan then only gives ownerless shards an owner and hands over those of leavers.
   */
  readonly mayBalance: boolean;
  /** Service time at which each shard was last moved, split or merged by a plan; bounds churn. */
  readonly lastMovedAtMs: ReadonlyMap<ShardKey, number>;
  readonly nowMs: number;
}

/** Actions to take now. Bounded, so a large imbalance takes several plans. */
export interface Plan {
  /** Shards without a row or a living owner (no taker, leaver or keeper): claimed at once, without preparation. */
  readonly claim: readonly { readonly shard: ShardKey; readonly owner: InstanceName }[];
  /** Shards to hand over: prepare, drain, commit. */
  readonly move: readonly {
    readonly shard: ShardKey;
    readonly from: InstanceName;
    readonly to: InstanceName;
  }[];
  /** Hot shards to split into their children, which keep the owner. */
  readonly split: readonly ShardKey[];
  /** Parents whose children all have one owner and are to merge. */
  readonly merge: readonly ShardKey[];
}
