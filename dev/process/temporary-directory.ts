import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { filledUp, requireDiskSpace } from '../../ops/command-line/disk-space.ts';
import type { UserError } from '../../ops/command-line/user-error.ts';
import { keepDirectory, removeOnExit } from './reaper.ts';

/**
 * A directory for data and logs of this run. It is removed when this process exits or is killed. Other users may
 * traverse but not list it: if this process is root, Postgres runs as another user.
 */
export interface TemporaryDirectory {
  readonly path: string;
  remove(): void;
  /** Keeps it for inspection. */
  keep(): void;
  /**
   * Keeps it for inspection after a failure and prints its path. If the disk is full, the directory is removed at
   * exit, and the full disk is returned as the cause of the failure.
   */
  keepAfterFailure(): UserError | undefined;
}

/** Throws a UserError if the disk has less than `neededBytes` free. */
export function temporaryDirectory(purpose: string, neededBytes = 0): TemporaryDirectory {
  requireDiskSpace(tmpdir(), neededBytes);
  const path = mkdtempSync(join(tmpdir(), `hailgrid-${purpose}-`));
  removeOnExit(path);
  chmodSync(path, 0o711);
  const keep = (): void => keepDirectory(path);
  return {
    path,
    remove: () => rmSync(path, { recursive: true, force: true }),
    keep,
    keepAfterFailure: () => {
      const cause = filledUp(path, neededBytes);
      if (cause !== undefined) return cause;
      keep();
      console.error(`hailgrid: data and logs are in ${path}`);
      return undefined;
    },
  };
}
