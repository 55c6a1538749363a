import { Inject, Injectable } from '@nestjs/common';
import type { Counter, Histogram } from 'prom-client';
import type { TimedRide } from '#libs/contracts';
import type { RideVerdict } from '#libs/ride-times';
import { METRICS, type Metrics } from '#libs/service';

/** From what a rider does not notice to a quarter of an hour. */
const ERROR_BUCKETS_S = [15, 30, 60, 120, 180, 300, 600, 900];
/** From 5 % to three times the time. */
const LOG_ERROR_BUCKETS = [0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 1.1];

@Injectable()
export class RideTimeMetrics {
  readonly #metrics: Metrics;
  readonly #rides: Counter<'verdict'>;
  readonly #errors: Histogram<'time'>;
  readonly #logErrors: Histogram<'time'>;

  constructor(@Inject(METRICS) metrics: Metrics) {
    this.#metrics = metrics;
    this.#rides = metrics.counter(
      'ride_times_rides_total',
      'Completed rides, by whether ride times were learned from them',
      ['verdict'],
    );
    this.#errors = metrics.histogram(
      'ride_time_error_seconds',
      'Difference of a completed ride to the time it was quoted (told) and to its street time, either way',
      ERROR_BUCKETS_S,
      ['time'],
    );
    this.#logErrors = metrics.histogram(
      'ride_time_log_error',
      'The same as a factor: absolute logarithm of actual over told or street time',
      LOG_ERROR_BUCKETS,
      ['time'],
    );
  }

  /** Shows how much longer than their street times rides take now. */
  showFactors(read: () => ReadonlyMap<string, number>): void {
    this.#metrics.gaugeBy(
      'ride_times_city_factor',
      'Expected over street time now in the whole city, by where street times come from',
      'source',
      read,
    );
  }

  countRide(verdict: RideVerdict): void {
    this.#rides.inc({ verdict });
  }

  noteErrors({ actual_s: actualS, told_s: toldS, street_s: streetS }: TimedRide): void {
    for (const [time, seconds] of [
      ['told', toldS],
      ['street', streetS],
    ] as const) {
      this.#errors.observe({ time }, Math.abs(actualS - seconds));
      if (seconds > 0) this.#logErrors.observe({ time }, Math.abs(Math.log(actualS / seconds)));
    }
  }
}
