import { describeMachine, type Machine } from '../../../dev/machine/describe-machine.ts';
import type { VanishedPhone } from '#libs/contracts';
import { redispatchLimitS } from '../city/silence-limits.ts';
import type { ClientEntry } from '../checker/client-entry.ts';
import type { Findings } from '../checker/check.ts';
import type { DatabaseFacts, ShardChangeFact, TenureFact, Violation } from '../checker/facts.ts';
import { percentiles, type Percentiles } from '../checker/percentiles.ts';
import { recoveryTimeMs } from '../checker/rto.ts';
import { Tenures } from '../checker/tenures.ts';
import { verdictOf, type RunState, type Verdict } from '../checker/verdict.ts';
import type { EventComparison } from '../events/compare-events.ts';
import type { FaultTrace } from '../faults/fault-context.ts';
import { FAILOVER_KINDS, type FaultKind } from '../faults/fault-kinds.ts';
import type { ChaosOptions } from '../options.ts';

/** Maximum listed per kind of finding. */
const MAX_SHOWN = 20;
/** Goal for the time from a fault of Postgres to the next acknowledged commit. */
const RTO_GOAL_MS = 10_000;
/** Goal for the stall of a shard during a planned move. */
const STALL_GOAL_MS = 300;

export interface FaultReport {
  kind: FaultKind;
  target: string;
  /** Since the start of the fleets. */
  at_s: number;
  recovered_ms: number | null;
  /** Number of shards that others had to take over. */
  shards: number;
  ineffective: string | null;
  /** Of a fault of Postgres: from it (or its end, if it is held) to the first acknowledged commit that was requested later. */
  rto_ms?: number | null;
  /** The server that was promoted. */
  promoted?: string | null;
}

/** The result of `npm run chaos`, also written to the file of `--json`. */
export interface ChaosReport extends Machine {
  verdict: Verdict;
  acknowledged: number;
  lost: number;
  double_assigned: number;
  stale_epoch_commits: number;
  failed_requests: number;
  failed_by_fault: Readonly<Record<string, number>>;
  /** Two trips, or two answers, for one request. */
  duplicated: number;
  /** Trips whose events cannot follow each other, or do not match their row or their hash chain. */
  illegal_histories: number;
  /** Committed events that the stream lacks, or that a durable consumer did not receive. */
  missing_events: number;
  out_of_order_events: number;
  /** Rows that a phone or a consumer received and that are missing in Postgres. */
  rpo_rows: number;
  /** Lists that lack what was acknowledged before the request. */
  stale_reads: number;
  /** Per fault of Postgres: to the first acknowledged commit that was requested after it. */
  rto_ms: Percentiles;
  /** Trips that a vanished phone keeps open after every limit. */
  stuck_trips: number;
  /** Claims of drivers who are offline, or on trips that have ended. */
  orphan_claims: number;
  /** Slots for trips that have ended, and open trips without one. */
  orphan_slots: number;
  /** Phones that vanished, by who and when: `driver accepted`. */
  vanished: Record<string, number>;
  /** From a driver's phone vanishing on the way to another search for its rider, service seconds. */
  redispatch_s: { p50: number | null; p99: number | null; n: number; limit: number };
  /** Lies on the bus: what was told and answered, what was refused, and what was believed although it may not be. */
  lies: { told: number; answered: number; refused: number; believed: number };
  /** Changes of the Postgres primary. */
  failovers: number;
  /** Failovers without a fault: a sign of an overloaded machine. */
  unprovoked_failovers: number;
  /** Primaries started again in place although enough standbys were cut off to promote one. */
  needless_restarts: number;
  standbys: number;
  synchronous: boolean;
  events: { messages: number; rebuilt: boolean };
  faults: FaultReport[];
  reown_ms: Percentiles;
  handoff_stall_ms: Percentiles;
  /** Handoffs beyond the goal, each with the last fault before it. */
  slow_handoffs: { shard: string; at_s: number; stall_ms: number; after: FaultKind | null }[];
  seed: number;
  matchers: number;
  drivers: number;
  elapsed_s: number;
  /** Changes of ownership by kind. */
  shard_changes: Record<string, number>;
  shards: number;
  offers: number;
  accepted: number;
  trips_by_state: Record<string, number>;
  violations: Violation[];
}

export interface RunFacts extends Pick<RunState, 'deaths' | 'settled' | 'matchingGoesOn'> {
  options: Pick<ChaosOptions, 'seed' | 'matchers' | 'drivers' | 'standbys' | 'async' | 'speed'>;
  vanished: readonly VanishedPhone[];
  entries: readonly ClientEntry[];
  events: EventComparison;
  /** All times at which the keeper declared a primary lost. */
  keeperFailovers: number;
  needlessRestarts: number;
  startedAtMs: number;
  traces: readonly FaultTrace[];
  facts: DatabaseFacts;
  tenures: readonly TenureFact[];
  findings: Findings;
  versions: Record<string, string>;
}

export function makeReport(run: RunFacts): ChaosReport {
  const { options, traces, facts, events } = run;
  const findings = {
    ...run.findings,
    illegalHistories: [...run.findings.illegalHistories, ...events.brokenChains],
  };
  const tenures = new Tenures(run.tenures);
  const faults = traces.map((trace) => ({
    ...faultReport(trace, run.startedAtMs, tenures, facts.changes),
    ...postgresReport(trace, run.entries),
  }));
  const missingEvents = Math.max(events.missingInStream, events.missingAtConsumer);
  const outOfOrderEvents = Math.max(events.outOfOrderInStream, events.outOfOrderAtConsumer);
  const rtosMs = faults.flatMap(({ rto_ms: ms }) => (ms === undefined ? [] : [ms]));
  const redispatchS = percentiles(findings.redispatchS);
  const limitS = redispatchLimitS(options.speed);
  const lies = traces.flatMap(({ lies: told }) => told ?? []);
  const believedLies = lies.flatMap(({ believed }) => believed);
  const state: RunState = {
    ...run,
    believedLies,
    redispatchedInTime: (redispatchS.p99 ?? 0) <= limitS,
    missingEvents,
    outOfOrderEvents,
    recoveredInTime: rtosMs.every((ms) => ms !== null && ms <= RTO_GOAL_MS),
    ineffective: faults.filter(({ ineffective }) => ineffective !== null).map(({ kind }) => kind),
    unrecovered: faults.filter(({ recovered_ms: ms }) => ms === null).map(({ kind }) => kind),
  };
  const provoked = traces.filter(({ kind }) => FAILOVER_KINDS.includes(kind)).length;
  const stalls = tenures.handoffStalls(facts.changes);
  const reowned = faults.filter(({ shards }) => shards > 0).flatMap(({ recovered_ms: ms }) => ms ?? []);
  return {
    verdict: verdictOf(findings, state),
    acknowledged: findings.acknowledged,
    lost: findings.lost.length,
    double_assigned: findings.doubleAssigned.length,
    stale_epoch_commits: findings.staleEpochCommits.length,
    failed_requests: sum(Object.values(findings.failedByFault)),
    failed_by_fault: findings.failedByFault,
    duplicated: findings.duplicated.length,
    illegal_histories: findings.illegalHistories.length,
    missing_events: missingEvents,
    out_of_order_events: outOfOrderEvents,
    rpo_rows: findings.rpoRows.length,
    stale_reads: findings.staleReads.length,
    rto_ms: percentiles(rtosMs.filter((ms) => ms !== null)),
    unprovoked_failovers: run.keeperFailovers - provoked,
    needless_restarts: run.needlessRestarts,
    stuck_trips: findings.stuckTrips.length,
    orphan_claims: findings.orphanClaims.length,
    orphan_slots: findings.orphanSlots.length,
    vanished: countBy(run.vanished, ({ who, state: at }) => `${who} ${at}`),
    redispatch_s: { p50: redispatchS.p50, p99: redispatchS.p99, n: redispatchS.count, limit: limitS },
    lies: {
      told: sum(lies.map(({ told }) => told)),
      answered: sum(lies.map(({ answered }) => answered)),
      refused: sum(lies.map(({ refused }) => refused)),
      believed: believedLies.length,
    },
    failovers: traces.filter(({ failedOverTo }) => failedOverTo !== null).length,
    standbys: options.standbys,
    synchronous: !options.async,
    events: { messages: events.messages, rebuilt: events.rebuilt },
    faults,
    reown_ms: percentiles(reowned),
    handoff_stall_ms: percentiles(stalls.map(({ stallMs }) => stallMs)),
    slow_handoffs: stalls
      .filter(({ stallMs }) => stallMs > STALL_GOAL_MS)
      .slice(0, MAX_SHOWN)
      .map((stall) => ({
        shard: stall.shard,
        at_s: secondsSince(run.startedAtMs, stall.atMs),
        stall_ms: stall.stallMs,
        after: traces.findLast(({ atMs }) => atMs <= stall.atMs)?.kind ?? null,
      })),
    seed: options.seed,
    matchers: options.matchers,
    drivers: options.drivers,
    elapsed_s: Math.round((Date.now() - run.startedAtMs) / 1000),
    shard_changes: countBy(facts.changes, ({ kind }) => kind),
    shards: facts.shards.filter(({ retired }) => !retired).length,
    offers: findings.offers,
    accepted: findings.accepted,
    trips_by_state: countBy(facts.trips, (trip) => trip.state),
    violations: [
      ...[
        findings.lost,
        findings.duplicated,
        findings.doubleAssigned,
        findings.illegalHistories,
        findings.rpoRows.map((row) => `${row} was acknowledged, and is missing`),
        findings.staleReads,
        findings.staleEpochCommits,
        findings.overlapping,
        events.violations,
        findings.orphanClaims,
        findings.orphanSlots,
        findings.stuckTrips,
        believedLies,
      ].flatMap((found) => found.slice(0, MAX_SHOWN)),
      ...run.deaths,
    ],
    ...describeMachine(run.versions),
  };
}

/** If the target's shards were taken over, the recovery ends when the last of them is matched again. */
function faultReport(
  { kind, target, atMs, recoveredAtMs, ineffective, held }: FaultTrace,
  startedAtMs: number,
  tenures: Tenures,
  changes: readonly ShardChangeFact[],
): FaultReport {
  const reshaped = changes.filter((change) => change.kind === 'split' || change.kind === 'merged');
  const excused = new Set(reshaped.map(({ shard }) => shard));
  const takenOverAtMs = tenures.takenOverAtMs(held, excused);
  const isReowned = takenOverAtMs !== undefined && takenOverAtMs >= atMs;
  const endMs = recoveredAtMs !== null && isReowned ? takenOverAtMs : recoveredAtMs;
  return {
    kind,
    target,
    at_s: secondsSince(startedAtMs, atMs),
    recovered_ms: endMs === null ? null : endMs - atMs,
    shards: isReowned ? held.length : 0,
    ineffective,
  };
}

function postgresReport(
  { commitsFromMs, failedOverTo }: FaultTrace,
  entries: readonly ClientEntry[],
): Pick<FaultReport, 'rto_ms' | 'promoted'> {
  if (commitsFromMs === null) return {};
  return { rto_ms: recoveryTimeMs(commitsFromMs, entries), promoted: failedOverTo };
}

function secondsSince(startedAtMs: number, atMs: number): number {
  return Math.round((atMs - startedAtMs) / 100) / 10;
}

function countBy<T>(items: readonly T[], name: (item: T) => string): Record<string, number> {
  return Object.fromEntries([...Map.groupBy(items, name)].map(([key, group]) => [key, group.length]));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** Lines for the terminal. */
export function reportLines(report: ChaosReport): string[] {
  const spread = ({ count, p50, p99 }: Percentiles): string =>
    `p50 ${p50 ?? '–'}, p99 ${p99 ?? '–'} (${count})`;
  return [
    `verdict               ${report.verdict}`,
    `acknowledged          ${report.acknowledged}, ${report.accepted} accepted by drivers, ${report.offers} offers`,
    `lost                  ${report.lost}`,
    `duplicated            ${report.duplicated}`,
    `rows missing          ${report.rpo_rows}`,
    `stale reads           ${report.stale_reads}`,
    `double assigned       ${report.double_assigned}`,
    `illegal histories     ${report.illegal_histories}`,
    `events                ${report.missing_events} missing, ${report.out_of_order_events} out of order, ${report.events.messages} read`,
    `stuck, orphans        ${report.stuck_trips} stuck trips, ${report.orphan_claims} claims, ${report.orphan_slots} slots`,
    `phones vanished       ${JSON.stringify(report.vanished)}`,
    `redispatched          p50 ${report.redispatch_s.p50 ?? '–'}, p99 ${report.redispatch_s.p99 ?? '–'} (${report.redispatch_s.n}), limit ${report.redispatch_s.limit} s`,
    `lies                  ${JSON.stringify(report.lies)}`,
    `stale epoch commits   ${report.stale_epoch_commits}`,
    `failed requests       ${report.failed_requests} ${JSON.stringify(report.failed_by_fault)}`,
    `failovers             ${report.failovers}, ${report.standbys} standbys, ${report.synchronous ? 'synchronous' : 'asynchronous'}, ${report.unprovoked_failovers} unprovoked`,
    `fault to next commit  ${spread(report.rto_ms)} ms`,
    `crash to re-owned     ${spread(report.reown_ms)} ms`,
    `stall of a handoff    ${spread(report.handoff_stall_ms)} ms`,
    `ownership changes     ${JSON.stringify(report.shard_changes)}, ${report.shards} shards in force`,
    `trips at the end      ${JSON.stringify(report.trips_by_state)}`,
    ...report.violations.map((violation) => `  ! ${violation}`),
  ];
}
