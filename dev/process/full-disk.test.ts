import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { CHECKOUT } from '../build/checkout.ts';
import { temporaryDirectory } from './temporary-directory.ts';

const directory = temporaryDirectory('full-disk-test');
const small = join(directory.path, 'small');
mkdirSync(small);

/** A file system of 16 MB; only root may mount one, and not in every container. */
const isMounted = mountSmall();
afterAll(() => {
  if (isMounted) execFileSync('/bin/umount', [small]);
  directory.remove();
});

function mountSmall(): boolean {
  try {
    execFileSync('/bin/mount', ['-t', 'tmpfs', '-o', 'size=16m', 'hailgrid-test', small], {
      stdio: 'ignore',
    });
    return true;
  } catch {
    return false;
  }
}

function run(...args: string[]): Promise<{ code: number; stderr: string }> {
  const command = ['--conditions=source', ...args];
  const options = { cwd: CHECKOUT, env: { ...process.env, TMPDIR: small }, timeout: 50_000 };
  return new Promise((resolve) => {
    execFile(process.execPath, command, options, (error, _stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code ?? -1), stderr }),
    );
  });
}

test.skipIf(!isMounted).each(['dev/start.ts', 'proof/chaos/run.ts', 'proof/bench/trips/run.ts'])(
  '%s names in one line the full disk and the space it needs',
  async (script) => {
    const { code, stderr } = await run(script);
    expect(stderr).toMatch(/^hailgrid: the disk of \S+ is too full: \d+ MB free, about \d+ MB needed\n$/);
    expect(stderr).toContain(small);
    expect(code).toBe(1);
    expect(readdirSync(small)).toEqual([]);
  },
);

test.skipIf(!isMounted)('a disk that fills up while a command runs is emptied again', async () => {
  const body = `
    import { appendFileSync } from 'node:fs';
    import { runCommand } from './ops/command-line/run-command.ts';
    import { temporaryDirectory } from './dev/process/temporary-directory.ts';
    await runCommand(() => {
      const directory = temporaryDirectory('filled', 10 * 1024 ** 2);
      try {
        for (;;) appendFileSync(directory.path + '/data', Buffer.alloc(1024 ** 2));
      } catch (error) {
        throw directory.keepAfterFailure() ?? error;
      }
    });`;
  const { code, stderr } = await run('--input-type=module-typescript', '--eval', body);
  expect(stderr).toMatch(/^hailgrid: the disk of \S+ is too full: 0 MB free, about 10 MB needed\n$/);
  expect(code).toBe(1);
  await expect.poll(() => readdirSync(small), { timeout: 15_000 }).toEqual([]);
});
