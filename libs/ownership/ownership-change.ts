import type { Member, MemberState } from './member.ts';
import type { InstanceName, ShardClaim } from './shard-claim.ts';

/**
 * Why a shard has a new epoch. `claimed`: it had no owner. `renewed`: its owner has a new incarnation. `moved`: handed
 * over as planned. `reowned`: its owner was lost. `released`: no matcher is left to own it. `split` and `merged`: for
 * retired shards and their replacements.
 */
export type ClaimKind = 'claimed' | 'renewed' | 'moved' | 'reowned' | 'released' | 'split' | 'merged';

/** One compare-and-set: the shard gets this claim if its row still has `seenEpoch` (null: if it has no row yet). */
export interface ShardCommand extends ShardClaim {
  readonly seenEpoch: number | null;
  readonly retired: boolean;
  readonly kind: ClaimKind;
}

/** Changes the state of a member (null: forgets it) if it is still as `seen`. */
export interface MemberCommand {
  readonly seen: Member;
  readonly state: MemberState | null;
}

/** What the planner commits in one transaction, all or nothing, under its term. */
export interface OwnershipChange {
  readonly claims: readonly ShardCommand[];
  readonly members: readonly MemberCommand[];
}

/**
 * `stale`: a row has changed since it was read. `deposed`: another planner has a later term. Neither changes anything.
 */
export type ChangeOutcome = 'done' | 'stale' | 'deposed';

/** A matcher's claim on a shard, as named in a message. */
export interface HandedShard {
  readonly shard: string;
  readonly epoch: number;
}

/** Shards being handed from one matcher to another: prepared, drained, committed, published. */
export interface Handoff {
  readonly id: number;
  readonly from: InstanceName;
  readonly to: InstanceName;
  readonly shards: readonly HandedShard[];
}
