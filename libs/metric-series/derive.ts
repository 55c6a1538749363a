import type { ChartDefinition } from './charts.ts';
import type { Sample } from './parse-metrics.ts';

/** What one process told at one moment. */
export interface Scrape {
  readonly target: string;
  readonly atMs: number;
  readonly samples: readonly Sample[];
}

/** The next value of each series of a chart, by its name. */
export function deriveChart(
  chart: ChartDefinition,
  now: readonly Scrape[],
  before: ReadonlyMap<string, Scrape>,
): Map<string, number> {
  const { from, scale } = chart;
  const values =
    from.kind === 'quantiles'
      ? quantilesOf(from.metric, from.quantiles, now, before)
      : from.kind === 'rate'
        ? ratesBy(chart, from.metric, from.by, now, before)
        : sumsBy(chart, from.metric, from.by, now);
  return new Map([...values].map(([name, value]) => [name, value * scale]));
}

function ratesBy(
  chart: ChartDefinition,
  metric: string,
  by: string,
  now: readonly Scrape[],
  before: ReadonlyMap<string, Scrape>,
): Map<string, number> {
  const rates = new Map<string, number>();
  for (const scrape of now) {
    for (const { sample, perS } of growth(metric, scrape, before.get(scrape.target))) {
      const name = seriesName(chart, sample, by);
      if (name !== undefined) rates.set(name, (rates.get(name) ?? 0) + perS);
    }
  }
  return rates;
}

function sumsBy(
  chart: ChartDefinition,
  metric: string,
  by: string,
  now: readonly Scrape[],
): Map<string, number> {
  const sums = new Map<string, number>();
  for (const { samples } of now) {
    for (const sample of samples) {
      const name = sample.name === metric ? seriesName(chart, sample, by) : undefined;
      if (name !== undefined) sums.set(name, (sums.get(name) ?? 0) + sample.value);
    }
  }
  return sums;
}

function seriesName({ only, where }: ChartDefinition, { labels }: Sample, by: string): string | undefined {
  if (where !== undefined && !where.is.test(labels[where.label] ?? '')) return undefined;
  const value = labels[by] ?? 'all';
  return only === undefined ? value : only[value];
}

/** How fast the counters of a metric grew since the scrape before. None without one; a restarted process counts from zero. */
function* growth(
  metric: string,
  { samples, atMs }: Scrape,
  before: Scrape | undefined,
): Generator<{ sample: Sample; perS: number }> {
  if (before === undefined || atMs <= before.atMs) return;
  const elapsedS = (atMs - before.atMs) / 1_000;
  const old = new Map(
    before.samples.flatMap((sample) => (sample.name === metric ? [[keyOf(sample), sample.value]] : [])),
  );
  for (const sample of samples) {
    if (sample.name !== metric) continue;
    const was = old.get(keyOf(sample)) ?? 0;
    yield { sample, perS: (sample.value < was ? sample.value : sample.value - was) / elapsedS };
  }
}

function keyOf({ labels }: Sample): string {
  return JSON.stringify(labels);
}

/** Quantiles of what was observed since the scrape before; none if nothing was. */
function quantilesOf(
  metric: string,
  quantiles: readonly number[],
  now: readonly Scrape[],
  before: ReadonlyMap<string, Scrape>,
): Map<string, number> {
  const atMost = new Map<number, number>();
  for (const scrape of now) {
    for (const { sample, perS } of growth(`${metric}_bucket`, scrape, before.get(scrape.target))) {
      const bound = sample.labels['le'] === '+Inf' ? Infinity : Number(sample.labels['le']);
      atMost.set(bound, (atMost.get(bound) ?? 0) + perS);
    }
  }
  const buckets = [...atMost].toSorted(([a], [b]) => a - b);
  const values = new Map<string, number>();
  for (const quantile of quantiles) {
    const value = quantileOf(buckets, quantile);
    if (value !== undefined) values.set(`p${quantile * 100}`, value);
  }
  return values;
}

/**
 * A quantile of cumulated buckets, as Prometheus has it: linear inside a bucket; above the last bound it is that bound.
 * Undefined without observations.
 */
export function quantileOf(
  buckets: readonly (readonly [bound: number, atMost: number])[],
  quantile: number,
): number | undefined {
  const total = buckets.at(-1)?.[1] ?? 0;
  if (total <= 0) return undefined;
  const rank = quantile * total;
  let [lowerBound, below] = [0, 0];
  for (const [bound, atMost] of buckets) {
    if (atMost >= rank && atMost > below) {
      if (bound === Infinity) return lowerBound;
      return lowerBound + ((bound - lowerBound) * (rank - below)) / (atMost - below);
    }
    [lowerBound, below] = [bound, atMost];
  }
  return lowerBound;
}
