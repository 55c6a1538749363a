import type { Member } from './member.ts';
import type { ChangeOutcome, Handoff, OwnershipChange } from './ownership-change.ts';
import type { InstanceName, ShardClaim, ShardKey } from './shard-claim.ts';
import type { ShardLoad } from './shard-load.ts';
import type { ShardRow } from './shard-row.ts';

/** Input of a coordinator. An event may come late, twice, or never. */
export type CoordinatorEvent =
  /** Comes several times a second. */
  | { readonly type: 'tick' }
  /** This process has won or lost the planner's term in Postgres. */
  | { readonly type: 'term_won'; readonly term: number }
  | { readonly type: 'term_lost' }
  /** Something in Postgres has changed, usually a member. */
  | { readonly type: 'woken' }
  | { readonly type: 'bus_connected' }
  | { readonly type: 'bus_lost' }
  | {
      readonly type: 'heartbeat';
      readonly instance: InstanceName;
      readonly incarnation: string;
      readonly loads: ReadonlyMap<ShardKey, ShardLoad>;
    }
  | { readonly type: 'probe_answered'; readonly instance: InstanceName; readonly incarnation: string }
  | { readonly type: 'probe_failed'; readonly instance: InstanceName }
  /** Reply to `read`: one snapshot of the tables. */
  | { readonly type: 'state_read'; readonly rows: readonly ShardRow[]; readonly members: readonly Member[] }
  | { readonly type: 'read_failed' }
  | { readonly type: 'prepared'; readonly handoff: number }
  | { readonly type: 'prepare_failed'; readonly handoff: number }
  | { readonly type: 'drained'; readonly handoff: number; readonly shards: readonly ShardKey[] }
  | { readonly type: 'drain_failed'; readonly handoff: number }
  | { readonly type: 'committed'; readonly commit: number; readonly outcome: ChangeOutcome }
  /** The outcome of the commit is unknown until the next read. */
  | { readonly type: 'commit_unknown'; readonly commit: number };

/** Output of a coordinator. One event answers each effect, unless that event is lost. */
export type CoordinatorEffect =
  /** Read rows and members in one snapshot. */
  | { readonly type: 'read' }
  | { readonly type: 'probe'; readonly instance: InstanceName; readonly timeoutMs: number }
  | { readonly type: 'prepare'; readonly handoff: Handoff; readonly timeoutMs: number }
  | {
      readonly type: 'drain';
      readonly handoff: Handoff;
      readonly timeoutMs: number;
      readonly leaseMs: number;
    }
  /** Commit under `term`, then publish the new claims. */
  | {
      readonly type: 'commit';
      readonly commit: number;
      readonly term: number;
      readonly change: OwnershipChange;
    }
  /** For the log and the metrics. */
  | { readonly type: 'report'; readonly report: CoordinatorReport };

/** What a coordinator reports to operators. */
export type CoordinatorReport =
  | { readonly event: 'matcher_suspected' | 'matcher_cleared'; readonly instance: InstanceName }
  | {
      readonly event: 'matcher_lost';
      readonly instance: InstanceName;
      /** Time since its last heartbeat or probe reply. */
      readonly silentMs: number;
    }
  | { readonly event: 'matcher_returned'; readonly instance: InstanceName }
  | {
      readonly event: 'shards_reowned';
      readonly from: InstanceName;
      readonly shards: number;
      /** From the last sign of life of the former owner to the commit. */
      readonly silentMs: number;
    }
  | {
      readonly event: 'handoff_done';
      readonly handoff: Handoff;
      readonly preparedMs: number;
      /** From the request to drain to the commit. */
      readonly drainedMs: number;
    }
  | { readonly event: 'handoff_given_up'; readonly handoff: Handoff; readonly reason: string }
  | { readonly event: 'shard_split' | 'shards_merged'; readonly parent: ShardKey }
  | { readonly event: 'claims_changed'; readonly claims: readonly ShardClaim[] };
