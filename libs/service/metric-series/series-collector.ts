import type { Numbers } from '#libs/contracts';
import { systemClock } from '../clock.ts';
import { RepeatingTask } from '../repeating-task.ts';
import { MetricSeries } from './metric-series.ts';
import { scrape } from './scrape.ts';

export interface CollectorOptions {
  /** The addresses of /metrics at this moment. */
  readonly targets: () => Promise<readonly string[]>;
  /** Wall time between two points. */
  readonly everyMs: number;
  /** How many points are kept. */
  readonly maxPoints: number;
  readonly onError: (error: unknown) => void;
}

/** Asks processes for their metrics again and again, and keeps the series of them. In wall time, as every series is. */
export class SeriesCollector {
  readonly #series: MetricSeries;
  readonly #task: RepeatingTask;

  constructor({ targets, everyMs, maxPoints, onError }: CollectorOptions) {
    const clock = systemClock();
    this.#series = new MetricSeries(maxPoints);
    this.#task = new RepeatingTask({
      clock,
      intervalMs: everyMs,
      onError,
      run: async () => {
        const scrapes = await scrape(await targets(), () => clock.now());
        this.#series.add(scrapes, clock.now());
      },
    });
  }

  start(): void {
    this.#task.start();
  }

  stop(): Promise<void> {
    return this.#task.stop();
  }

  /** The points after a moment, in seconds of wall time. */
  since(afterS: number): Numbers {
    return this.#series.since(afterS);
  }
}
