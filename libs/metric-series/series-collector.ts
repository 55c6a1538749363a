import type { Numbers } from '#libs/contracts';
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
  readonly #options: CollectorOptions;
  #timer: NodeJS.Timeout | undefined;
  #asking: Promise<void> | undefined;

  constructor(options: CollectorOptions) {
    this.#options = options;
    this.#series = new MetricSeries(options.maxPoints);
  }

  start(): void {
    this.#ask();
    this.#timer = setInterval(() => this.#ask(), this.#options.everyMs);
  }

  /** Resolves once nobody is asked any more. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#asking;
  }

  /** The points after a moment, in seconds of wall time. */
  since(afterS: number): Numbers {
    return this.#series.since(afterS);
  }

  /** One moment at a time: while processes are slow, moments are left out. */
  #ask(): void {
    this.#asking ??= this.#addMoment()
      .catch(this.#options.onError)
      .finally(() => {
        this.#asking = undefined;
      });
  }

  async #addMoment(): Promise<void> {
    const scrapes = await scrape(await this.#options.targets(), () => Date.now());
    this.#series.add(scrapes, Date.now());
  }
}
