import { expect, test } from 'vitest';
import type { FleetStats } from '#libs/contracts';
import { resultTable } from './result-table.ts';
import { cityResult } from './result.ts';
import { summaryBlock, summaryLine } from './summary.ts';

const stats: FleetStats = {
  requested: 50,
  served: 30,
  canceled: 6,
  expired: 4,
  open: 10,
  drivers_online: 299,
  trips_by_state: { processing: 4, accepted: 6, completed: 20, arrived: 0 },
  matched_per_min: 41.6,
  wait_s: { mean: 130.04, p50: 121.4, p95: 300 },
  match_latency_ms: { p50: 620.4, p99: null },
  pings_per_s: 74.6,
  pings_sent: 9000,
  errors: 2,
  errors_by_code: { timeout: 2 },
  elapsed_s: 75,
  remaining_s: 225,
  first_match_ms: 1500,
};

const snapshot = {
  stats,
  drivers: 300,
  urls: {
    'rider-api': 'http://127.0.0.1:8080',
    'driver-api': 'http://127.0.0.1:8081',
    'dev-issuer': 'http://127.0.0.1:8082',
    trips: 'http://127.0.0.1:8083',
    console: 'http://127.0.0.1:8084',
  },
  database: { primary: 'postgres_1', isWhole: true, failovers: [] },
  processes: ['postgres_1', 'postgres_2', 'trips-1', 'matcher-1', 'matcher-2'],
};

test('the block names services, counts processes and shows the time left', () => {
  const block = summaryBlock(snapshot).join('\n');
  expect(block).toContain(
    'ports        rider-api 8080, driver-api 8081, dev-issuer 8082, trips 8083, console 8084',
  );
  expect(block).toContain('postgres ×2, trips, matcher ×2');
  expect(block).toContain('Postgres     primary postgres_1, all standbys follow');
  expect(block).toContain('299 of 300 online, 75 pings/s');
  expect(block).toContain('processing 4, accepted 6, completed 20');
  expect(block).not.toContain('arrived');
  expect(block).toContain('latency p50 620 ms, p99 –');
  expect(block).toContain('██████░░░░░░░░░░░░░░░░░░ 25 %, 3:45 left');
});

test('an endless city shows no time left, and a fleet without a report is getting ready', () => {
  const endless = { ...snapshot, stats: { ...stats, remaining_s: null } };
  expect(summaryBlock(endless).join('\n')).toContain('1:15, until Ctrl-C');
  expect(summaryLine(endless)).toMatch(/^1:15 \| 299\/300 drivers \| 50 requested, 30 served, 10 open/);
  expect(summaryLine({ ...snapshot, stats: undefined })).toContain('getting ready');
});

const facts = {
  data: null,
  command: 'npm start',
  seed: 1,
  started_at: '2026-01-01T00:00:00.000Z',
  ready_s: 9.5,
  fleet_started_s: 9.46,
  cores: 2,
  cpu: 'cpu',
  platform: 'linux-x64',
  versions: { node: '24' },
  failovers: [
    { failed: 'postgres_1', cause: 'ended' as const, promoted: 'postgres_2', writable_after_s: 1.4 },
  ],
};

test('the served percentage is of closed trips; the first match counts from the command', () => {
  const result = cityResult(facts, stats, [{ name: 'trips-1', rss_mb: 100, cpu_s: 3.25 }]);
  expect(result).toMatchObject({ served_pct: 75, first_match_s: 11 });
  expect(result).not.toHaveProperty('fleet_started_s');
  const table = resultTable(result).join('\n');
  expect(table).toMatch(/served +30 \(75 % of those closed\)/);
  expect(table).toMatch(/wait for pickup +mean 130\.0 s, p50 121\.4 s, p95 300\.0 s/);
  expect(table).toMatch(/errors +2 \(timeout 2\)/);
  expect(table).toMatch(/Postgres +1 failover, commits again after 1\.4 s/);
  expect(table).toMatch(/trips-1 +100\.0 +3\.3/);
});

test('without closed trips there is no percentage', () => {
  const none = { ...stats, requested: 10, served: 0, canceled: 0, expired: 0, first_match_ms: null };
  expect(cityResult(facts, none, [])).toMatchObject({ served_pct: null, first_match_s: null });
});
