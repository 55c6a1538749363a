import { existsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import { describeDiskFull, requireDiskSpace } from './disk-space.ts';
import { UserError } from './user-error.ts';

test('a disk with less room than needed is refused with both figures', () => {
  const need = (): void => requireDiskSpace(tmpdir(), 2 ** 60);
  expect(need).toThrow(UserError);
  expect(need).toThrow(/^the disk of \S+ is too full: \d+ MB free, about 1099511627776 MB needed$/);
  expect(() => requireDiskSpace(tmpdir(), 1)).not.toThrow();
});

test.skipIf(!existsSync('/dev/full'))('a failed write to a full disk is one line, also as a cause', () => {
  let failure: unknown;
  try {
    writeFileSync('/dev/full', 'text');
  } catch (error) {
    failure = error;
  }
  const line = /^(a disk|the disk of \S+) is full: at least 8 MB needed$/;
  expect(describeDiskFull(failure)).toMatch(line);
  expect(describeDiskFull(new Error('no report', { cause: failure }))).toMatch(line);
  expect(describeDiskFull(new Error('no report'))).toBeUndefined();
});
