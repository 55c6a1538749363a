import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readCommandLine } from './command-line.ts';
import { latticeCity } from './world/lattice-city.ts';
import { bounds, measure } from './measure.ts';
import { drawPlots } from './plots.ts';
import { POLICIES } from './matcher/policies.ts';

const CITY = latticeCity(200);

function options(...more: string[]) {
  const fixed = ['--trips', 'none', '--streets', 'none', '--from', '10:00', '--to', '12:00'];
  return readCommandLine(['node', 'bench:quality', ...fixed, ...more]);
}

const spread = { mean: expect.any(Number) as number, sd: expect.any(Number) as number };

const timeError = {
  bias_s: expect.any(Number) as number,
  mae_s: expect.any(Number) as number,
  log_sd: expect.any(Number) as number,
};
const quoteError = {
  street: timeError,
  learned: timeError,
  learned_p90_pct: expect.any(Number) as number,
};

test('reports a row for each policy, fleet and number of matchers, under the documented names', () => {
  const rows = measure(
    CITY,
    options('--fleet', '20,30', '--shards', '1,2', '--policy', 'greedy_road,engine', '--seeds', '2'),
    () => undefined,
  ).map(({ row }) => row);
  expect(rows.map(({ policy, fleet, shards }) => `${policy} ${fleet} ${shards}`).sort()).toEqual([
    'engine 20 1',
    'engine 20 2',
    'engine 30 1',
    'engine 30 2',
    'greedy_road 20 1',
    'greedy_road 20 2',
    'greedy_road 30 1',
    'greedy_road 30 2',
  ]);
  for (const row of rows)
    expect(JSON.parse(JSON.stringify(row))).toEqual({
      policy: expect.any(String) as string,
      fleet: expect.any(Number) as number,
      shards: expect.any(Number) as number,
      seeds: 2,
      ride_times: 'learned',
      requests: expect.any(Number) as number,
      served_pct: spread,
      late_pct: expect.any(Number) as number,
      late_wait_s: expect.any(Number) as number,
      served_by_fifth_pct: Array.from({ length: 5 }, () => expect.any(Number) as number),
      ride_seconds_pct: expect.any(Number) as number,
      demand_seen_pct: expect.any(Number) as number,
      wait_s: { ...spread, p50: expect.any(Number) as number, p95: expect.any(Number) as number },
      pickup_s_per_trip: expect.any(Number) as number,
      reposition_s_per_trip: expect.any(Number) as number,
      utilisation: expect.any(Number) as number,
      swaps_per_trip: expect.any(Number) as number,
      unmatched_riders: 0,
      lowest_zone_served_pct: expect.any(Number) as number,
      gini: expect.any(Number) as number,
      quote_error: { ...quoteError, halves: [quoteError, quoteError] },
      round_ms: { p50: expect.any(Number) as number, p99: expect.any(Number) as number },
      events_per_s: expect.any(Number) as number,
      elapsed_s: expect.any(Number) as number,
    });
});

test('no policy serves more than is possible with all of the future known', () => {
  const [bound] = bounds(CITY, options('--fleet', '15'));
  const [row] = measure(
    CITY,
    options('--fleet', '15', '--policy', 'engine', '--eta-noise', '0'),
    () => undefined,
  );
  expect(bound?.served_pct).toBeGreaterThanOrEqual(row?.row.served_pct.mean ?? Infinity);
  expect(bound?.served_pct).toBeLessThan(100);
  expect(row?.row.served_pct.mean).toBeGreaterThan(30);
});

test('counts seeds from the given one', () => {
  const served = (...more: string[]) =>
    measure(CITY, options('--fleet', '20', '--policy', 'engine', ...more), () => undefined).map(
      ({ row }) => row.wait_s.mean,
    );
  expect(served('--seed', '2')).toEqual(served('--seed', '2', '--seeds', '1'));
  expect(served('--seed', '2')).not.toEqual(served('--seed', '1'));
});

test('finds policies by name and by alias, and `all` of them', () => {
  const policies = (list: string) => options('--policy', list).policy;
  expect(
    policies('greedy_air,greedy_road,greedy_dsb,batch,rematch,hints,chains,engine,known_requests'),
  ).toEqual(POLICIES.map(({ name }) => name));
  expect(policies('all')).toEqual(POLICIES.map(({ name }) => name));
  expect(policies('greedy nearest by air,greedy-by-road,Batch only,full engine,perfect foresight')).toEqual([
    'greedy_air',
    'greedy_road',
    'batch',
    'engine',
    'known_requests',
  ]);
});

test('draws a line for each policy: waits of the first fleet, and riders served by fleet size', () => {
  const directory = mkdtempSync(join(tmpdir(), 'hailgrid-plots-'));
  try {
    const measured = measure(
      CITY,
      options('--fleet', '30,20', '--policy', 'greedy_road,batch'),
      () => undefined,
    );
    drawPlots(directory, measured);
    const plots = ['waits.svg', 'served-by-fleet.svg'].map((name) =>
      readFileSync(join(directory, name), 'utf8'),
    );
    for (const svg of plots) {
      expect(svg.match(/<polyline /g)).toHaveLength(2);
      expect(svg).not.toContain('NaN');
    }
    expect(plots[0]).toContain('30 cars');
    expect(plots[0]).not.toContain('20 cars');
  } finally {
    rmSync(directory, { recursive: true });
  }
});
