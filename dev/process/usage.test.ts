import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { parseProc, parsePs, sumOf, usageOf } from './usage.ts';

test('reads /proc also for a program name with spaces and parentheses', () => {
  const stat = `42 (a) b) S 1 42 42 0 -1 4194304 9 9 9 9 150 50 20 5 20 0 1 0 7 8 9`;
  const status = 'VmRSS:\t  30 kB\nRssAnon:\t  10 kB\nRssFile:\t  15 kB\nRssShmem:\t   5 kB\n';
  expect(parseProc(stat, status)).toEqual({
    anonymous: 10 * 1024,
    file: 15 * 1024,
    shared: 5 * 1024,
    cpuTicks: 225,
  });
});

test('counts shared memory once, and private memory for each process', () => {
  const own = { anonymous: 4e6, file: 10e6, shared: 60e6, cpuTicks: 100 };
  expect(sumOf([own, { ...own, anonymous: 2e6, shared: 30e6 }])).toEqual({ rss_mb: 76, cpu_s: 2 });
});

test('reads ps: days, hours, minutes and the fraction of seconds', () => {
  const output = '  7 1 2000 1-02:03:04\n  8 7 1000 0:01.50\n  9 1 9999 9:00\n';
  expect(parsePs(output, 7)).toEqual({ rss_mb: 3.1, cpu_s: 86_400 + 7_384 + 1.5 });
  expect(parsePs(output, 99)).toBeUndefined();
});

test('includes the children of a process; an exited one has no usage', async () => {
  const fifty = 'const held = Buffer.alloc(5e7, 1); setInterval(() => held, 1000)';
  const parent = spawn('/bin/sh', ['-c', `${process.execPath} -e '${fifty}' & echo up; wait`], {
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  await once(parent.stdout, 'data');
  const pid = parent.pid!;
  await expect.poll(async () => (await usageOf(pid))?.rss_mb, { timeout: 10_000 }).toBeGreaterThan(50);
  process.kill(-pid, 'SIGKILL');
  await once(parent, 'exit');
  expect(await usageOf(pid)).toBeUndefined();
});
