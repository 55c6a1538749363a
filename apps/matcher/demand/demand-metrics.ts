import { Inject, Injectable } from '@nestjs/common';
import type { Counter } from 'prom-client';
import { OpenDemand } from '#libs/dispatch';
import { METRICS, type Metrics } from '#libs/service';
import { Ownership } from '../ownership/ownership.ts';

/** Outcome of a nudge. `dropped`: the read queue is full; the next sweep finds the trip. */
export type NudgeOutcome = 'noted' | 'dropped' | 'moved';

@Injectable()
export class DemandMetrics {
  readonly #nudges: Counter<'outcome'>;
  readonly #sweeps: Counter<'truncated'>;
  readonly #full: Counter;

  constructor(@Inject(METRICS) metrics: Metrics, demand: OpenDemand, ownership: Ownership) {
    metrics.gauge(
      'trips_open',
      'Trips of the owned shards that wait for a driver, those with an offer out included',
      () => countWaiting(demand, ownership),
    );
    this.#nudges = metrics.counter('nudges_total', 'Nudges received, by outcome', ['outcome']);
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

function countWaiting(demand: OpenDemand, ownership: Ownership): number {
  let waiting = 0;
  for (const [shard] of demand.waiting()) if (ownership.isMatchable(shard)) waiting++;
  return waiting;
}
