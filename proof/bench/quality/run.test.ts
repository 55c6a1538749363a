import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

const HOURS = Array.from({ length: 24 }, (_, hour) => `s${String(hour).padStart(2, '0')}`);
let directory: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'quality-'));
  const nodes = ['0,40,-74', '1,40.004,-74', '2,40.008,-74', '3,40.012,-74'];
  writeFileSync(join(directory, 'nodes.csv'), ['node_id,lat,lon', ...nodes].join('\n'));
  const edges = ['0,1', '1,0', '1,2', '2,1', '2,3'].map((ends) => `${ends},${HOURS.map(() => 60).join()}`);
  writeFileSync(join(directory, 'edges.csv'), [`from,to,${HOURS.join()}`, ...edges].join('\n'));
  const trips = Array.from({ length: 30 }, (_, id) => `t${id},${36_000 + id * 240},40,-74,40.008,-74,120`);
  const header = 'trip_id,requested_at_s,pickup_lat,pickup_lon,dropoff_lat,dropoff_lon,trip_s';
  writeFileSync(join(directory, 'trips.csv'), [header, ...trips, 'far,36000,0,0,40,-74,86400'].join('\n'));
});
afterAll(() => rmSync(directory, { recursive: true }));

test('bench:quality ends with the data report, in its text and in its JSON', () => {
  const json = join(directory, 'out.json');
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    [
      '--conditions=source',
      join(import.meta.dirname, 'run.ts'),
      ...`--streets ${directory} --trips ${directory}/trips.csv --json ${json}`.split(' '),
      ...'--from 10:00 --to 12:00 --fleet 3 --policy greedy_road'.split(' '),
    ],
    { encoding: 'utf8' },
  );
  expect(stderr).toContain('greedy_road, 3 cars');
  expect(status).toBe(0);
  const ending = stdout.slice(stdout.indexOf('greedy_road')).split('\n');
  expect(ending).toContain(
    `${join(directory, 'trips.csv')}: 31 rows read, 30 used, 1 unusable (off_streets 1)`,
  );
  expect(ending.join('\n')).toMatch(/street parts: 2, served 1: .*line 5, not served/);
  expect(ending).toContain('snap distance: p50 0 m, p99 0 m');
  expect(ending.join('\n')).toContain('trips.csv, line 32, column pickup_lat: expected a street');
  const { data } = JSON.parse(readFileSync(json, 'utf8')) as { data: { files: { rows_unusable: number }[] } };
  expect(data.files.map(({ rows_unusable: rows }) => rows)).toEqual([1, 1, 1]);
});
