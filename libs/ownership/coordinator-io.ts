import type { Member } from './member.ts';
import type { ChangeOutcome, Handoff, OwnershipChange } from './ownership-change.ts';
import type { InstanceName, ShardClaim, ShardKey } from './shard-claim.ts';
import type { ShardLoad } from './shard-load.ts';
import type { ShardRow } from './shard-row.ts';

/** What a coordinator is told. All of it may come late, twice, or never. */
export type CoordinatorEvent =
  /** Time passes; several times a second. */
  | { readonly type: 'tick' }
  /** Postgres has given this process the planner's term, or taken it away. */
  | { readonly type: 'term_won'; readonly term: number }
  | { readonly type: 'term_lost' }
  /** Something in Postgres has changed: members, mostly. */
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
  /** The answer to `read`: one snapshot of the tables. */
  | { readonly type: 'state_read'; readonly rows: readonly ShardRow[]; readonly members: readonly Member[] }
  | { readonly type: 'read_failed' }
  | { readonly type: 'prepared'; readonly handoff: number }
  | { readonly type: 'prepare_failed'; readonly handoff: number }
  | { readonly type: 'drained'; readonly handoff: number; readonly shards: readonly ShardKey[] }
  | { readonly type: 'drain_failed'; readonly handoff: number }
  | { readonly type: 'committed'; readonly commit: number; readonly outcome: ChangeOutcome }
  /** Whether it was committed is not known: only reading again tells. */
  | { readonly type: 'commit_unknown'; readonly commit: number };

/** What a coordinator wants done; each is answered by one event, unless that is lost. */
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
  /** Commit under `term`, then publish the claims that it made. */
  | {
      readonly type: 'commit';
      readonly commit: number;
      readonly term: number;
      readonly change: OwnershipChange;
    }
  /** For the log and the metrics. */
  | { readonly type: 'report'; readonly report: CoordinatorReport };

/** What operators may want to know of a coordinator's doing. */
export type CoordinatorReport =
  | { readonly event: 'matcher_suspected' | 'matcher_cleared'; readonly instance: InstanceName }
  | {
      readonly event: 'matcher_lost';
      readonly instance: InstanceName;
      /** Since it was last heard. */
      readonly silentMs: number;
    }
  | { readonly event: 'matcher_returned'; readonly instance: InstanceName }
  | {
      readonly event: 'shards_reowned';
      readonly from: InstanceName;
      readonly shards: number;
      /** From the last word of the former owner to the commit. */
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
