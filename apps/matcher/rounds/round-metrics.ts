import { Inject, Injectable } from '@nestjs/common';
import type { Counter, Histogram } from 'prom-client';
import type { OfferRefusal } from '#libs/contracts';
import { LATENCY_BUCKETS_S, METRICS, type Metrics } from '#libs/service';

const MATCHED_BUCKETS = [0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000];

@Injectable()
export class RoundMetrics {
  readonly #seconds: Histogram;
  readonly #matched: Histogram;
  readonly #made: Counter;
  readonly #refused: Counter<'reason'>;
  readonly #retries: Counter;
  readonly #moves: Counter<'outcome'>;
  readonly #failures: Counter;

  constructor(@Inject(METRICS) metrics: Metrics) {
    this.#seconds = metrics.histogram(
      'round_seconds',
      'Rounds from decision to last commit',
      LATENCY_BUCKETS_S,
    );
    this.#matched = metrics.histogram('round_matched_trips', 'Offers committed in a round', MATCHED_BUCKETS);
    this.#made = metrics.counter('offers_made_total', 'Offers committed');
    this.#refused = metrics.counter('offers_refused_total', 'Offers refused, by reason', ['reason']);
    this.#retries = metrics.counter('round_retries_total', 'Further attempts within a round');
    this.#moves = metrics.counter(
      'driver_moves_total',
      'Moves of drivers on their way to another rider, by outcome',
      ['outcome'],
    );
    this.#failures = metrics.counter('rounds_failed_total', 'Rounds whose commit failed');
  }

  countOffered(): void {
    this.#made.inc();
  }

  countRefused(reason: OfferRefusal): void {
    this.#refused.inc({ reason });
  }

  countRetry(): void {
    this.#retries.inc();
  }

  countMoves(outcome: string, moves: number): void {
    this.#moves.inc({ outcome }, moves);
  }

  countFailure(): void {
    this.#failures.inc();
  }

  observeRound(seconds: number, matched: number): void {
    this.#seconds.observe(seconds);
    this.#matched.observe(matched);
  }
}

/** Over how many rounds the percentile of their duration is taken. */
const MAX_ROUNDS = 128;

/** Durations of the latest rounds, and the process time that their decisions took. */
@Injectable()
export class RoundTimes {
  readonly #latestMs: number[] = [];
  #busyMs = 0;

  /** @param busyMs the decisions alone, without waiting for commits */
  note(wholeMs: number, busyMs: number): void {
    this.#latestMs.push(wholeMs);
    if (this.#latestMs.length > MAX_ROUNDS) this.#latestMs.shift();
    this.#busyMs += busyMs;
  }

  p99Ms(): number {
    const ordered = [...this.#latestMs].sort((a, b) => a - b);
    return ordered[Math.ceil(ordered.length * 0.99) - 1] ?? 0;
  }

  /** Decision time since the previous call. */
  takeBusyMs(): number {
    const busyMs = this.#busyMs;
    this.#busyMs = 0;
    return busyMs;
  }
}
