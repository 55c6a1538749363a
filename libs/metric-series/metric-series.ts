import type { Numbers } from '#libs/contracts';
import { CHARTS, type ChartDefinition } from './charts.ts';
import { deriveChart, type Scrape } from './derive.ts';

/** How many series one chart has: one for each of this many processes. Others are left out. */
const MAX_SERIES_PER_CHART = 64;

/** The newest points of each chart. */
export class MetricSeries {
  readonly #maxPoints: number;
  readonly #before = new Map<string, Scrape>();
  #hasBegun = false;
  #atS: number[] = [];
  readonly #values = new Map<string, Map<string, (number | null)[]>>();

  /** @param maxPoints how many moments are kept */
  constructor(maxPoints: number) {
    this.#maxPoints = maxPoints;
  }

  /** Adds a moment, at which these processes answered. The first one tells no rates, so it is no point. */
  add(scrapes: readonly Scrape[], atMs: number): void {
    if (this.#hasBegun) {
      this.#atS.push(Math.round(atMs / 1_000));
      for (const chart of CHARTS) this.#append(chart, deriveChart(chart, scrapes, this.#before));
      this.#trim();
    }
    this.#hasBegun = true;
    this.#before.clear();
    for (const scrape of scrapes) this.#before.set(scrape.target, scrape);
  }

  /** The points after a moment. */
  since(afterS: number): Numbers {
    const found = this.#atS.findIndex((atS) => atS > afterS);
    const first = found < 0 ? this.#atS.length : found;
    return {
      at_s: this.#atS.slice(first),
      charts: CHARTS.map(({ id, title, unit }) => ({
        id,
        title,
        unit,
        series: [...(this.#values.get(id) ?? [])].map(([name, values]) => ({
          name,
          values: values.slice(first).map((value) => (value === null ? null : rounded(value))),
        })),
      })),
    };
  }

  #append({ id }: ChartDefinition, next: ReadonlyMap<string, number>): void {
    const series = this.#values.get(id) ?? new Map<string, (number | null)[]>();
    this.#values.set(id, series);
    const points = this.#atS.length;
    for (const name of next.keys()) {
      if (series.has(name) || series.size >= MAX_SERIES_PER_CHART) continue;
      series.set(
        name,
        Array.from({ length: points - 1 }, () => null),
      );
    }
    for (const [name, values] of series) values.push(next.get(name) ?? null);
  }

  #trim(): void {
    if (this.#atS.length <= this.#maxPoints) return;
    this.#atS.shift();
    for (const series of this.#values.values()) {
      for (const [name, values] of series) {
        values.shift();
        if (values.every((value) => value === null)) series.delete(name);
      }
    }
  }
}

/** Four significant digits: more are none of a chart. */
function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
