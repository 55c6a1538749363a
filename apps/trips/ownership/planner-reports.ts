import { Inject, Injectable } from '@nestjs/common';
import type { Counter, Histogram } from 'prom-client';
import type { ClaimKind, CoordinatorReport, Member, MemberState, OwnershipChange } from '#libs/ownership';
import {
  CLOCK,
  LATENCY_BUCKETS_S,
  LOGGER,
  METRICS,
  type Clock,
  type Logger,
  type Metrics,
} from '#libs/service';

const MS_PER_S = 1_000;
const SHORT_BUCKETS_S = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30];

const NO_MATCHERS: Record<MemberState, number> = { active: 0, drained: 0, leaving: 0, lost: 0 };

/** Logs and counts what the planner does. */
@Injectable()
export class PlannerReports {
  readonly #changes: Counter<'kind'>;
  readonly #reowns: Histogram;
  readonly #handoffs: Histogram;
  readonly #givenUp: Counter<'reason'>;
  readonly #plans: Histogram;
  #members: readonly Member[] = [];

  constructor(
    @Inject(METRICS) metrics: Metrics,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    this.#changes = metrics.counter(
      'shard_changes_committed_total',
      'Shards that got a new epoch, by cause',
      ['kind'],
    );
    this.#reowns = metrics.histogram(
      'shard_reown_seconds',
      'From the last heartbeat of a lost matcher to the commit that gives its shards to others',
      SHORT_BUCKETS_S,
    );
    this.#handoffs = metrics.histogram(
      'handoff_seconds',
      'From the request to drain shards to the commit of their new owner',
      SHORT_BUCKETS_S,
    );
    this.#givenUp = metrics.counter('handoffs_given_up_total', 'Handoffs given up, by reason', ['reason']);
    metrics.gaugeBy('matchers', 'Matchers by state, 0 where another process plans', 'state', () =>
      countByState(this.#members),
    );
    this.#plans = metrics.histogram('plan_seconds', 'Decisions of the planner', LATENCY_BUCKETS_S);
  }

  report(report: CoordinatorReport): void {
    if (report.event === 'claims_changed') return;
    const { event, ...facts } = report;
    if (event === 'handoff_done') {
      const { handoff, preparedMs, drainedMs } = report;
      this.#handoffs.observe(this.#seconds(drainedMs));
      this.#log(event, {
        ...handoff,
        shards: handoff.shards.length,
        prepared_ms: preparedMs,
        drained_ms: drainedMs,
      });
    } else if (event === 'handoff_given_up') {
      const { handoff, reason } = report;
      this.#givenUp.inc({ reason });
      this.#log(event, { ...handoff, shards: handoff.shards.length, reason });
    } else if (event === 'shards_reowned') {
      this.#reowns.observe(this.#seconds(report.silentMs));
      this.#log(event, { matcher: report.from, shards: report.shards, silent_ms: report.silentMs });
    } else if ('instance' in facts) {
      const { instance, ...rest } = facts;
      this.#log(event, { matcher: instance, ...('silentMs' in rest && { silent_ms: rest.silentMs }) });
    } else {
      this.#log(event, { ...facts });
    }
  }

  committed({ claims }: OwnershipChange): void {
    this.countChanges(claims.map(({ kind }) => kind));
  }

  countChanges(kinds: readonly ClaimKind[]): void {
    for (const kind of kinds) this.#changes.inc({ kind });
  }

  observePlan(seconds: number): void {
    this.#plans.observe(seconds);
  }

  /** Sets the members to count; none once this process does not plan any more. */
  setMembers(members: readonly Member[]): void {
    this.#members = members;
  }

  elected(term: number): void {
    this.#log('planner_elected', { term });
  }

  failed(what: string, error: unknown): void {
    this.logger.warn({ event: 'planner_failed', what, err: error }, `${what} failed`);
  }

  /** `at_ms` is wall time, so that the logs of several processes can be compared. */
  #log(event: string, facts: Record<string, unknown>): void {
    this.logger.info({ event, at_ms: Date.now(), ...facts });
  }

  #seconds(ms: number): number {
    return ms / MS_PER_S / this.clock.speed;
  }
}

function countByState(members: readonly Member[]): Map<string, number> {
  const counts = { ...NO_MATCHERS };
  for (const { state } of members) counts[state] += 1;
  return new Map(Object.entries(counts));
}
