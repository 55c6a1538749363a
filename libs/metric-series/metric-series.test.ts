import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Metrics } from '#libs/service';
import { quantileOf, type Scrape } from './derive.ts';
import { MetricSeries } from './metric-series.ts';
import { parseMetrics } from './parse-metrics.ts';

const everything = () => true;

describe('the text of a process', () => {
  test('is read as the process meant it, whatever its labels contain', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.string({ unit: 'grapheme' }), { minLength: 1, maxLength: 5 }),
        fc.double({ min: 0, max: 1e12, noNaN: true }),
        async (values, amount) => {
          const metrics = new Metrics('trips', 'trips-1');
          const counter = metrics.counter('things_total', 'Things.', ['kind']);
          for (const value of values) counter.inc({ kind: value }, amount);
          const text = await metrics.registry.getSingleMetricAsString('hailgrid_things_total');
          expect(parseMetrics(text, everything)).toEqual(
            values.map((kind) => ({
              name: 'hailgrid_things_total',
              value: amount,
              labels: { kind, service: 'trips', instance: 'trips-1' },
            })),
          );
        },
      ),
      { numRuns: 50 },
    );
  });

  test('is read in its wanted parts only, and without its bad lines', () => {
    const text = '# TYPE a counter\na 1\nb{x="y"} 2 1700000000\nb{x="z"} nonsense\n\nc\nd +Inf\n';
    expect(parseMetrics(text, (name) => name !== 'a')).toEqual([
      { name: 'b', labels: { x: 'y' }, value: 2 },
      { name: 'd', labels: {}, value: Infinity },
    ]);
  });
});

describe('a quantile', () => {
  test('lies in the bucket that holds its rank, and grows with it', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.001, max: 8, noNaN: true }), { minLength: 1, maxLength: 50 }),
        fc.double({ min: 0.01, max: 1, noNaN: true }),
        (observed, quantile) => {
          const bounds = [0.01, 0.1, 1, 5, Infinity];
          const buckets = bounds.map(
            (bound) => [bound, observed.filter((each) => each <= bound).length] as const,
          );
          const sorted = observed.toSorted((a, b) => a - b);
          const exact = sorted[Math.max(0, Math.ceil(quantile * sorted.length) - 1)] ?? 0;
          const found = quantileOf(buckets, quantile) ?? -1;
          const upper = bounds.find((bound) => exact <= bound) ?? Infinity;
          const lower = bounds[bounds.indexOf(upper) - 1] ?? 0;
          expect(found).toBeGreaterThanOrEqual(lower);
          expect(found).toBeLessThanOrEqual(upper);
          expect(quantileOf(buckets, 1) ?? -1).toBeGreaterThanOrEqual(found);
        },
      ),
    );
  });

  test('of nothing is none', () => {
    expect(quantileOf([[1, 0]], 0.5)).toBeUndefined();
    expect(quantileOf([], 0.5)).toBeUndefined();
  });
});

describe('the series', () => {
  const pings = (target: string, value: number, atMs: number): Scrape => ({
    target,
    atMs,
    samples: [{ name: 'hailgrid_pings_total', labels: { result: 'accepted' }, value }],
  });
  const shown = (series: MetricSeries, afterS = 0) => {
    const numbers = series.since(afterS);
    return { at: numbers.at_s, series: numbers.charts.find(({ id }) => id === 'pings')?.series };
  };

  test('begin with the second scrape, and add up what all processes count', () => {
    const series = new MetricSeries(10);
    series.add([pings('a', 100, 0), pings('b', 7, 0)], 0);
    expect(shown(series)).toEqual({ at: [], series: [] });
    series.add([pings('a', 150, 5_000), pings('b', 12, 5_000)], 5_000);
    expect(shown(series)).toEqual({ at: [5], series: [{ name: 'accepted', values: [11] }] });
  });

  test('take a restarted process from zero, and a silent one as nothing', () => {
    const series = new MetricSeries(10);
    series.add([pings('a', 100, 0)], 0);
    series.add([pings('a', 20, 5_000)], 5_000);
    series.add([], 10_000);
    series.add([pings('a', 90, 15_000)], 15_000);
    series.add([pings('a', 100, 20_000)], 20_000);
    expect(shown(series, 0).series).toEqual([{ name: 'accepted', values: [4, null, null, 2] }]);
    expect(shown(series, 10)).toEqual({ at: [15, 20], series: [{ name: 'accepted', values: [null, 2] }] });
  });

  test('keep no more points than they may', () => {
    const series = new MetricSeries(3);
    for (let index = 0; index < 9; index += 1) series.add([pings('a', index, index * 1_000)], index * 1_000);
    expect(shown(series)).toEqual({ at: [6, 7, 8], series: [{ name: 'accepted', values: [1, 1, 1] }] });
  });
});
