import type { Member, MemberState } from './member.ts';
import type { InstanceName, ShardClaim } from './shard-claim.ts';

/**
 * Why a shard came to a new epoch. `claimed`: it had no owner. `renewed`: its owner is another incarnation. `moved`:
 * handed over as planned. `reowned`: its owner was lost. `released`: nobody is left to own it. `split` and `merged`: of
 * the retired and of those that take their place.
 */
export type ClaimKind = 'claimed' | 'renewed' | 'moved' | 'reowned' | 'released' | 'split' | 'merged';

/**
 * One compare-and-set: the shard becomes what is said here if its row still has `seenEpoch`; null: if there is no row
 * yet.
 */
export interface ShardCommand extends ShardClaim {
  readonly seenEpoch: number | null;
  readonly retired: boolean;
  readonly kind: ClaimKind;
}

/** The member's state becomes another one if it still is as it was seen; null: it is forgotten. */
export interface MemberCommand {
  readonly seen: Member;
  readonly state: MemberState | null;
}

/** What the planner commits in one transaction, all or nothing, under its term. */
export interface OwnershipChange {
  readonly claims: readonly ShardCommand[];
  readonly members: readonly MemberCommand[];
}

/** `stale`: a row was not as it was seen. `deposed`: another planner has a later term. Nothing was changed. */
export type ChangeOutcome = 'done' | 'stale' | 'deposed';

/** A matcher's claim on a shard, as a message names it. */
export interface HandedShard {
  readonly shard: string;
  readonly epoch: number;
}

/** Shards on their way from one matcher to another: prepared, drained, committed, published. */
export interface Handoff {
  readonly id: number;
  readonly from: InstanceName;
  readonly to: InstanceName;
  readonly shards: readonly HandedShard[];
}
