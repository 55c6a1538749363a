import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';
import { postgresUser } from '../../ops/postgres/run-as.ts';
import { fetchedOrReason } from '../../dev/test-world/index.ts';
import { debianPrograms } from '../../dev/debian/debian-programs.ts';
import { fetchPackages } from '../../dev/debian/fetch-packages.ts';
import { environmentFor } from '../../dev/debian/program-environment.ts';

const FETCH_LIMIT_MS = 360_000;

const scratch = mkdtempSync(join(tmpdir(), 'hailgrid-debian-'));
afterAll(() => rmSync(scratch, { recursive: true }));

test(
  'a program runs from the cache, as the user that Postgres runs as',
  async ({ skip }) => {
    const wanted = { name: 'haproxy', packages: { haproxy: '2' } };
    const { fetched, missing } = await fetchedOrReason(debianPrograms(wanted));
    if (fetched === undefined) return skip(missing);
    const { stdout } = await promisify(execFile)(join(fetched.root, 'usr/sbin/haproxy'), ['-v'], {
      ...(await postgresUser()),
      env: fetched.env,
      cwd: '/',
    });
    expect(stdout).toContain(`HAProxy version ${fetched.versions['haproxy']}`);
  },
  FETCH_LIMIT_MS,
);

test(
  'a package that apt lacks is reported, with a remedy',
  async () => {
    await expect(fetchPackages({ 'hailgrid-no-such-package': '1' }, scratch)).rejects.toMatchObject({
      name: 'UserError',
      message: expect.stringMatching(/hailgrid-no-such-package .*(apt|install)/),
    });
  },
  FETCH_LIMIT_MS,
);

test('unpacked programs and libraries come before those of the system', () => {
  const root = join(scratch, 'root');
  for (const path of [
    'usr/bin',
    'usr/sbin',
    'usr/lib/x86_64-linux-gnu',
    'usr/lib/arm-linux-gnueabihf',
    'usr/lib/x',
  ])
    mkdirSync(join(root, path), { recursive: true });
  expect(environmentFor(root, { PATH: '/bin', OTHER: 'kept' })).toEqual({
    OTHER: 'kept',
    PATH: `${root}/usr/bin:${root}/usr/sbin:/bin`,
    LD_LIBRARY_PATH: `${root}/usr/lib/arm-linux-gnueabihf:${root}/usr/lib/x86_64-linux-gnu`,
  });
});
