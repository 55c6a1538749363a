import { Inject, Injectable } from '@nestjs/common';
import type { Counter } from 'prom-client';
import { OpenDemand } from '#libs/dispatch';
import { METRICS, type Metrics } from '#libs/service';

/** What became of a nudge. `dropped`: too many wait; the next sweep finds the trip. */
export type NudgeOutcome = 'noted' | 'dropped' | 'moved';

@Injectable()
export class DemandMetrics {
  readonly #nudges: Counter<'outcome'>;
  readonly #sweeps: Counter<'truncated'>;
  readonly #full: Counter;

  constructor(@Inject(METRICS) metrics: Metrics, @Inject(OpenDemand) demand: OpenDemand) {
    metrics.gauge(
      'trips_open',
      'Open trips of the owned shards, those with an offer out included',
      () => demand.size,
    );
    this.#nudges = metrics.counter('nudges_total', 'Nudges by what became of them', ['outcome']);
    this.#sweeps = metrics.counter('demand_sweeps_total', 'Answered sweeps', ['truncated']);
    this.#full = metrics.counter('trips_without_room_total', 'Open trips that did not fit into memory');
  }

  countNudge(outcome: NudgeOutcome): void {
    this.#nudges.inc({ outcome });
  }

  countSweep(truncated: boolean, tripsWithoutRoom: number): void {
    this.#sweeps.inc({ truncated: String(truncated) });
    this.#full.inc(tripsWithoutRoom);
  }
}
