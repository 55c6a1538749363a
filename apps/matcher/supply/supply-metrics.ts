import { Inject, Injectable } from '@nestjs/common';
import type { Counter, Histogram } from 'prom-client';
import { SupplyIndex } from '#libs/dispatch';
import { LATENCY_BUCKETS_S, METRICS, type Metrics } from '#libs/service';
import type { BatchTally } from './apply-batch.ts';

@Injectable()
export class SupplyMetrics {
  readonly #records: Counter<'outcome'>;
  readonly #malformed: Counter;
  readonly #expired: Counter;
  readonly #lag: Histogram;

  constructor(@Inject(METRICS) metrics: Metrics, supply: SupplyIndex) {
    this.#records = metrics.counter('positions_total', 'Position records, by outcome', ['outcome']);
    this.#malformed = metrics.counter(
      'position_batches_malformed_total',
      'Position payloads that are not a valid batch',
    );
    this.#expired = metrics.counter('drivers_expired_total', 'Drivers removed after a silence');
    this.#lag = metrics.histogram(
      'position_lag_seconds',
      'Service time from the sending of a batch to the index',
      LATENCY_BUCKETS_S,
    );
    metrics.gauge('drivers_free', 'Drivers in sight who can be offered a trip', () => supply.counts().free);
    metrics.gauge('drivers_offered', 'Drivers in sight with an open offer', () => supply.counts().offered);
    metrics.gauge('drivers_on_trip', 'Drivers in sight with a trip', () => supply.counts().onTrip);
  }

  countBatch(tally: BatchTally, lagMs: number): void {
    for (const [outcome, count] of Object.entries(tally))
      if (count > 0) this.#records.inc({ outcome }, count);
    this.#lag.observe(lagMs / 1_000);
  }

  countMalformed(): void {
    this.#malformed.inc();
  }

  countExpired(drivers: number): void {
    this.#expired.inc(drivers);
  }
}
