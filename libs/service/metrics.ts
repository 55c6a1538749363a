import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

const PREFIX = 'hailgrid_';

/** Prometheus metrics of one process, all named `hailgrid_…` with their unit at the end. */
export class Metrics {
  readonly registry = new Registry();

  constructor(service: string, instance: string) {
    this.registry.setDefaultLabels({ service, instance });
    collectDefaultMetrics({ register: this.registry });
  }

  counter<L extends string = never>(name: string, help: string, labelNames: readonly L[] = []): Counter<L> {
    return new Counter({ name: PREFIX + name, help, labelNames, registers: [this.registry] });
  }

  /** Calls `read` at each scrape. */
  gauge(name: string, help: string, read: () => number): Gauge {
    return new Gauge({
      name: PREFIX + name,
      help,
      registers: [this.registry],
      collect() {
        this.set(read());
      },
    });
  }

  /** One value for each label value that `read` returns. */
  gaugeBy(name: string, help: string, label: string, read: () => ReadonlyMap<string, number>): Gauge {
    return new Gauge({
      name: PREFIX + name,
      help,
      labelNames: [label],
      registers: [this.registry],
      collect() {
        this.reset();
        for (const [value, count] of read()) this.set({ [label]: value }, count);
      },
    });
  }

  histogram<L extends string = never>(
    name: string,
    help: string,
    buckets: readonly number[],
    labelNames: readonly L[] = [],
  ): Histogram<L> {
    return new Histogram({
      name: PREFIX + name,
      help,
      buckets: [...buckets],
      labelNames,
      registers: [this.registry],
    });
  }
}

/** From a loopback reply to a client that has given up. */
export const LATENCY_BUCKETS_S = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5];
