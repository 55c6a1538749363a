import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, CONFIG, LOGGER, Metrics, METRICS, type Clock, type Logger } from '#libs/service';
import { makeHistoryPartitions, readPartitionFigures, TripStore, type PartitionFigures } from '#libs/store';
import type { TripsConfig } from '../config.ts';
import { Sweep } from '../sweep.ts';

/** How often missing history partitions are created. */
const PARTITION_INTERVAL_MS = 60_000;
/**
 * How many whole partitions exist after the current one. While they last, no row lands in the catch-all partition,
 * from which it would have to be moved.
 */
const PARTITIONS_AHEAD = 3;

/** Creates the next partitions of the history. `npm run partitions` detaches old ones. */
@Injectable()
export class MakePartitions extends Sweep {
  readonly #plan;
  #figures: PartitionFigures | undefined;

  constructor(
    private readonly store: TripStore,
    @Inject(CONFIG) config: TripsConfig,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(METRICS) metrics: Metrics,
  ) {
    super('creating history partitions', PARTITION_INTERVAL_MS, clock, logger);
    this.#plan = { widthDays: config.historyPartitionDays, ahead: PARTITIONS_AHEAD };
    metrics.gaugeBy(
      'history_partitions',
      'Partitions of trips and events, by whether they are attached',
      'state',
      () => countsOf(this.#figures),
    );
    metrics.gauge(
      'history_ready_seconds',
      'Service time from now for which there are partitions',
      () => this.#readyMs() / 1_000,
    );
  }

  protected override async sweep(): Promise<void> {
    const nowMs = this.clock.now();
    const made = await makeHistoryPartitions(this.store, nowMs, this.#plan);
    if (made > 0) this.logger.info({ event: 'partitions_made', count: made });
    this.#figures = await readPartitionFigures(this.store);
  }

  #readyMs(): number {
    const nowMs = this.clock.now();
    return Math.max(0, (this.#figures?.readyUntilMs ?? nowMs) - nowMs);
  }
}

function countsOf(figures: PartitionFigures | undefined): ReadonlyMap<string, number> {
  const { attached = 0, detached = 0 } = figures ?? {};
  return new Map([
    ['attached', attached],
    ['detached', detached],
  ]);
}
