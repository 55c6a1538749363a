import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import type { NatsConnection, Subscription } from '@nats-io/transport-node';
import { BUS, logDropped, subscribe, subscribeJson } from '#libs/bus';
import {
  HEARTBEAT_SUBJECT,
  matcherHeartbeat,
  PLANNER_WAKE_SUBJECT,
  type MatcherHeartbeat,
  type ShardLoadMessage,
} from '#libs/contracts';
import { cellKeyToH3, cellsCovering, SHARD_CELL_RES, type BoundingBox } from '#libs/geo';
import {
  Coordinator,
  DEFAULT_COORDINATOR_PARAMS,
  scaleTimes,
  type CoordinatorEffect,
  type CoordinatorEvent,
  type MatcherKnowledge,
  type ShardLoad,
} from '#libs/ownership';
import {
  CLOCK,
  CONFIG,
  LOGGER,
  machineTime,
  METRICS,
  OutageLog,
  RepeatingTask,
  type Clock,
  type Logger,
  type Metrics,
} from '#libs/service';
import { TripStore } from '#libs/store';
import type { TripsConfig } from '../config.ts';
import { PlannerEffects } from './planner-effects.ts';
import { PlannerReports } from './planner-reports.ts';
import { PlannerTerm } from './planner-term.ts';

/** How soon a silence or a missing reply is noticed, wall time. */
const TICK_MS = 100;
/** How often the planner renews its term: four times within the lease. */
const TERM_RENEWAL_MS = 500;
const MS_PER_S = 1_000;

/** Injection token of the shards that the service area is made of. */
export const SERVICE_CELLS = Symbol('hailgrid.service-cells');

export function serviceCells(area: BoundingBox): string[] {
  return cellsCovering(area, SHARD_CELL_RES).map(cellKeyToH3);
}

interface MatcherFigures {
  readonly roundP99Ms: number;
  readonly driversInDeadPart: number;
}

/** Runs a coordinator over NATS and Postgres. Every `trips` process has one; only the one with the term acts. */
@Injectable()
export class Planner implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #coordinator: Coordinator;
  readonly #term: PlannerTerm;
  readonly #tasks: readonly RepeatingTask[];
  /** What the newest heartbeat of each matcher says besides its loads. */
  readonly #figures = new Map<string, MatcherFigures>();
  #subscriptions: readonly Subscription[] = [];
  #stopped = false;

  constructor(
    store: TripStore,
    @Inject(BUS) private readonly bus: NatsConnection,
    private readonly effects: PlannerEffects,
    private readonly reports: PlannerReports,
    @Inject(SERVICE_CELLS) baseCells: readonly string[],
    @Inject(CONFIG) config: TripsConfig,
    @Inject(METRICS) metrics: Metrics,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    const { splitMsPerS: minSplitMsPerS, mergeHoldMs } = config;
    const plan = { ...DEFAULT_COORDINATOR_PARAMS.plan, minSplitMsPerS, mergeHoldMs };
    const params = { ...DEFAULT_COORDINATOR_PARAMS, plan, baseCells };
    this.#coordinator = new Coordinator(scaleTimes(params, machineTime(clock, 1)));
    this.#term = new PlannerTerm(store, clock, config.instance);
    const outage = new OutageLog(logger, "holding the planner's term");
    this.#tasks = [
      this.#task(TERM_RENEWAL_MS, () => this.#holdTerm(outage)),
      this.#task(TICK_MS, async () => this.#feed({ type: 'tick' })),
    ];
    metrics.gauge('planner_term', "The planner's term, 0 where another process has it", () => this.term ?? 0);
  }

  get term(): number | undefined {
    return this.#coordinator.term;
  }

  knowledgeOf(matcher: string): MatcherKnowledge & Partial<MatcherFigures> {
    const knowledge = this.#coordinator.knowledgeOf(matcher, this.clock.now());
    return { ...knowledge, ...this.#figures.get(matcher) };
  }

  onApplicationBootstrap(): void {
    const dropped = logDropped(this.logger);
    this.#subscriptions = [
      subscribeJson(
        this.bus,
        HEARTBEAT_SUBJECT,
        matcherHeartbeat,
        (beat) => this.#takeHeartbeat(beat),
        dropped,
      ),
      subscribe(this.bus, PLANNER_WAKE_SUBJECT, () => this.#feed({ type: 'woken' }), dropped),
    ];
    void this.#watchBus();
    for (const task of this.#tasks) task.start();
  }

  /** Gives the term up, so that another process does not have to wait until it lapses. */
  async beforeApplicationShutdown(): Promise<void> {
    this.#stopped = true;
    for (const subscription of this.#subscriptions) subscription.unsubscribe();
    await Promise.all(this.#tasks.map((task) => task.stop()));
    await this.#term.giveUp().catch((error: unknown) => this.reports.failed('giving up the term', error));
  }

  #task(intervalMs: number, run: () => Promise<void>): RepeatingTask {
    const onError = (error: unknown): void => this.reports.failed('the planner', error);
    return new RepeatingTask({
      clock: this.clock,
      intervalMs: machineTime(this.clock, intervalMs),
      run,
      onError,
    });
  }

  async #holdTerm(outage: OutageLog): Promise<void> {
    try {
      const term = await this.#term.hold();
      outage.worked();
      if (term === this.term || this.#stopped) return;
      if (term !== undefined) this.reports.elected(term);
      this.#feed(term === undefined ? { type: 'term_lost' } : { type: 'term_won', term });
    } catch (error) {
      outage.failed(error);
      if (this.#term.hasLapsed && this.term !== undefined) this.#feed({ type: 'term_lost' });
    }
  }

  #takeHeartbeat({ matcher, incarnation, shards, ...figures }: MatcherHeartbeat): void {
    this.#figures.set(matcher, {
      roundP99Ms: figures.round_p99_ms,
      driversInDeadPart: figures.drivers_in_dead_part,
    });
    const loads = new Map(shards.map(({ shard, load }) => [shard, loadOf(load)]));
    this.#feed({ type: 'heartbeat', instance: matcher, incarnation, loads });
  }

  async #watchBus(): Promise<void> {
    for await (const { type } of this.bus.status()) {
      if (type === 'disconnect') this.#feed({ type: 'bus_lost' });
      if (type === 'reconnect') this.#feed({ type: 'bus_connected' });
    }
  }

  #feed(event: CoordinatorEvent): void {
    if (this.#stopped) return;
    if (event.type === 'state_read') this.reports.setMembers(event.members);
    const startedAt = performance.now();
    const effects = this.#coordinator.step(event, this.clock.now());
    if (event.type === 'state_read') this.reports.observePlan((performance.now() - startedAt) / MS_PER_S);
    if (this.term === undefined) this.reports.setMembers([]);
    for (const effect of effects) void this.#runEffect(effect);
  }

  async #runEffect(effect: CoordinatorEffect): Promise<void> {
    const outcome = await this.effects.run(effect);
    if (outcome !== undefined) this.#feed(outcome);
  }
}

function loadOf({ open_trips, requests_per_s, pings_per_s, busy_ms_per_s }: ShardLoadMessage): ShardLoad {
  return {
    openTrips: open_trips,
    requestsPerS: requests_per_s,
    pingsPerS: pings_per_s,
    busyMsPerS: busy_ms_per_s,
  };
}
