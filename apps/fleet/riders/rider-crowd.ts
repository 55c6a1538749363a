import type { DemandTrip } from '../city/demand.ts';
import type { Job } from '../clock/tick-wheel.ts';
import type { FleetServices } from '../fleet-services.ts';
import { Rider } from './rider.ts';

/** Starts each rider of the demand at its time. */
export class RiderCrowd implements Job {
  readonly #services: FleetServices;
  readonly #demand: Iterator<DemandTrip>;
  readonly #riders = new Set<Rider>();
  #next: DemandTrip | undefined;
  #startMs = 0;
  #endMs = Infinity;

  constructor(services: FleetServices, demand: Iterable<DemandTrip>) {
    this.#services = services;
    this.#demand = demand[Symbol.iterator]();
  }

  /** Demand second 0 is at `startMs` (service time); no rider starts at `endMs` or later. */
  start(startMs: number, endMs: number): void {
    this.#startMs = startMs;
    this.#endMs = endMs;
    this.#next = this.#takeNext();
    this.#schedule();
  }

  run(nowMs: number): void {
    while (this.#next !== undefined && this.#dueMs(this.#next) <= nowMs) {
      this.#startRider(this.#next);
      this.#next = this.#takeNext();
    }
    this.#schedule();
  }

  stop(): void {
    this.#next = undefined;
    for (const rider of this.#riders) rider.stop();
  }

  #schedule(): void {
    if (this.#next !== undefined) this.#services.wheel.at(this.#dueMs(this.#next), this);
  }

  #takeNext(): DemandTrip | undefined {
    const next = this.#demand.next();
    if (next.done === true || this.#dueMs(next.value) >= this.#endMs) return undefined;
    return next.value;
  }

  #startRider(demand: DemandTrip): void {
    const rider = new Rider(demand, this.#services, () => this.#riders.delete(rider));
    this.#riders.add(rider);
    void rider.start();
  }

  #dueMs({ atS }: DemandTrip): number {
    return this.#startMs + atS * 1000;
  }
}
