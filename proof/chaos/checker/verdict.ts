import type { Findings } from './check.ts';

/** Observations of a run besides the checker's findings. */
export interface RunState {
  /** Faults that had no effect. */
  readonly ineffective: readonly string[];
  /** Faults after which the system did not recover. */
  readonly unrecovered: readonly string[];
  /** Processes that ended without a fault. */
  readonly deaths: readonly string[];
  /** After the last fault every shard had a living owner, and new requests got drivers. */
  readonly settled: boolean;
  readonly matchingGoesOn: boolean;
  /** Events of the database that the stream lacks, or that its consumer did not receive, once all was quiet. */
  readonly missingEvents: number;
  readonly outOfOrderEvents: number;
  /** Whether commits were acknowledged again in time after each fault of Postgres. */
  readonly recoveredInTime: boolean;
  /** Whether riders whose driver vanished got another search in time. */
  readonly redispatchedInTime: boolean;
  /** What lies on the bus had as an effect that they may not have. */
  readonly believedLies: readonly string[];
}

export type Verdict =
  | 'ok'
  | 'lost'
  | 'duplicated'
  | 'double_assigned'
  | 'illegal_histories'
  | 'rpo_rows'
  | 'stale_reads'
  | 'missing_events'
  | 'out_of_order_events'
  | 'stale_epoch_commits'
  | 'lie_believed'
  | 'orphan_claims'
  | 'orphan_slots'
  | 'stuck_trips'
  | 'slow_redispatch'
  | 'overlapping_shards'
  | 'fault_ineffective'
  | 'process_died'
  | 'not_recovered'
  | 'not_settled'
  | 'matching_stopped'
  | 'slow_recovery'
  | 'failed_requests'
  | 'nothing_happened';

/** Planned operations: riders must not notice them. */
const PLANNED: ReadonlySet<string> = new Set(['none', 'term:matcher', 'rolling:matchers', 'drain:matcher']);

/** The most severe finding. */
export function verdictOf(findings: Findings, run: RunState): Verdict {
  const failedAsPlanned = Object.keys(findings.failedByFault).some((kind) => PLANNED.has(kind));
  const sawNothing = findings.acknowledged === 0 || findings.offers === 0 || findings.accepted === 0;
  const wrong: readonly [boolean, Verdict][] = [
    [findings.lost.length > 0, 'lost'],
    [findings.duplicated.length > 0, 'duplicated'],
    [findings.doubleAssigned.length > 0, 'double_assigned'],
    [findings.illegalHistories.length > 0, 'illegal_histories'],
    [findings.rpoRows.length > 0, 'rpo_rows'],
    [findings.staleReads.length > 0, 'stale_reads'],
    [run.missingEvents > 0, 'missing_events'],
    [run.outOfOrderEvents > 0, 'out_of_order_events'],
    [findings.staleEpochCommits.length > 0, 'stale_epoch_commits'],
    [run.believedLies.length > 0, 'lie_believed'],
    [findings.orphanClaims.length > 0, 'orphan_claims'],
    [findings.orphanSlots.length > 0, 'orphan_slots'],
    [findings.stuckTrips.length > 0, 'stuck_trips'],
    [findings.overlapping.length > 0, 'overlapping_shards'],
    [run.ineffective.length > 0, 'fault_ineffective'],
    [run.deaths.length > 0, 'process_died'],
    [run.unrecovered.length > 0, 'not_recovered'],
    [!run.settled, 'not_settled'],
    [!run.matchingGoesOn, 'matching_stopped'],
    [!run.redispatchedInTime, 'slow_redispatch'],
    [!run.recoveredInTime, 'slow_recovery'],
    [failedAsPlanned, 'failed_requests'],
    [sawNothing, 'nothing_happened'],
  ];
  return wrong.find(([isSo]) => isSo)?.[1] ?? 'ok';
}
