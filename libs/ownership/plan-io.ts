import type { InstanceName, ShardKey } from './shard-claim.ts';
import type { ShardLoad } from './shard-load.ts';
import type { ShardRow } from './shard-row.ts';

/** What a plan is made from. */
export interface PlanInput {
  /** All rows, retired ones too. */
  readonly rows: readonly ShardRow[];
  /** The shards that the service area consists of when nothing is split. */
  readonly baseCells: readonly ShardKey[];
  /** Who may be given shards. */
  readonly takers: readonly InstanceName[];
  /** Who must give all of its shards away, by handing them over. */
  readonly leavers: readonly InstanceName[];
  /** Who keep what they have and are given nothing more: those under suspicion. */
  readonly keepers: readonly InstanceName[];
  /** Measured loads by shard, as of its owner's last heartbeat; a shard without one counts as idle. */
  readonly loads: ReadonlyMap<ShardKey, ShardLoad>;
  /** Shards that are on their way already: not to be touched, and counted where they go. */
  readonly moving: ReadonlyMap<ShardKey, InstanceName>;
  /** False while anyone is suspect: nothing is done but what brings ownerless shards an owner. */
  readonly mayBalance: boolean;
  /** Service time at which each shard was last moved, split or merged by a plan; bounds churn. */
  readonly lastMovedAtMs: ReadonlyMap<ShardKey, number>;
  readonly nowMs: number;
}

/** What is to be done now; bounded, so that a large imbalance takes several plans. */
export interface Plan {
  /** Shards whose owner is none of takers, leavers and keepers, or that have no row or owner: claimed at once, unprepared. */
  readonly claim: readonly { readonly shard: ShardKey; readonly owner: InstanceName }[];
  /** Shards to hand over: prepare, drain, commit. */
  readonly move: readonly {
    readonly shard: ShardKey;
    readonly from: InstanceName;
    readonly to: InstanceName;
  }[];
  /** Hot shards to split into their children, which stay with the same owner. */
  readonly split: readonly ShardKey[];
  /** Parents whose children, all of one owner, are to become one again. */
  readonly merge: readonly ShardKey[];
}
