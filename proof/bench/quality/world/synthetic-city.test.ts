import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CHECKOUT } from '../../../../dev/build/checkout.ts';
import { readCommandLine } from '../command-line.ts';
import { syntheticCity } from './synthetic-city.ts';

test('the command runs without data, says so first, and writes its report into the working directory', () => {
  const directory = mkdtempSync(join(tmpdir(), 'hailgrid-quality-'));
  try {
    const smallest = ['--to', '12:15', '--fleet', '60', '--policy', 'greedy_road', '--json', 'report.json'];
    const output = execFileSync(
      process.execPath,
      ['--conditions=source', 'proof/bench/quality/run.ts', ...smallest],
      { cwd: CHECKOUT, env: { ...process.env, INIT_CWD: directory }, encoding: 'utf8', stdio: 'pipe' },
    );
    expect(output.split('\n')[0]).toMatch(/^synthetic city/);
    const report: unknown = JSON.parse(readFileSync(join(directory, 'report.json'), 'utf8'));
    expect(report).toMatchObject({ synthetic: true, seed: 1 });
    expect(report).toHaveProperty('rows.0.served_pct.mean', expect.any(Number));
    expect(report).not.toHaveProperty('rows.0.requests', 0);
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test('a window without requests after its warm-up is no success: null in the report, exit code 1', () => {
  const directory = mkdtempSync(join(tmpdir(), 'hailgrid-quality-'));
  try {
    const empty = ['--to', '11:30', '--fleet', '10', '--policy', 'greedy_road', '--json', 'report.json'];
    const { status, stderr } = spawnSync(
      process.execPath,
      ['--conditions=source', 'proof/bench/quality/run.ts', ...empty],
      { cwd: CHECKOUT, env: { ...process.env, INIT_CWD: directory }, encoding: 'utf8' },
    );
    expect(status).toBe(1);
    expect(stderr).toContain('nothing measured');
    const report: unknown = JSON.parse(readFileSync(join(directory, 'report.json'), 'utf8'));
    expect(report).toMatchObject({
      rows: [{ requests: 0, served_pct: { mean: null }, wait_s: { mean: null } }],
    });
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test('the synthetic city is the same each time, and its rides last as long as its streets take', () => {
  const [fromS, toS] = [11 * 3_600, 12 * 3_600];
  const city = syntheticCity(fromS, toS);
  expect(city.rides).toEqual(syntheticCity(fromS, toS).rides);
  expect(city.rides.length).toBeGreaterThan(800);
  const table = city.tableAt(fromS);
  for (const { from, to, rideS, requestedAtS } of city.rides) {
    expect(rideS).toBe(table.secondsBetween(from, to));
    expect(requestedAtS).toBeGreaterThanOrEqual(fromS);
    expect(requestedAtS).toBeLessThan(toS);
  }
});

test('recorded trips without streets are refused, and streets without trips', () => {
  for (const option of ['--trips', '--streets'])
    expect(() => readCommandLine(['node', 'bench:quality', option, 'none'])).toThrow(/belong together/);
});
