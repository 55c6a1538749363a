import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { filledUp, requireDiskSpace } from '../../ops/command-line/disk-space.ts';
import type { UserError } from '../../ops/command-line/user-error.ts';
import { keepDirectory, removeOnExit } from './reaper.ts';

/**
 * A directory for data and logs of this run. It is removed with this process, also when this process is killed.
 * Others may pass through it but not list it: Postgres runs as a user of its own when we are root.
 */
export interface TemporaryDirectory {
  readonly path: string;
  remove(): void;
  /** Leaves it for inspection. */
  keep(): void;
  /**
   * Leaves it for inspection after a failure and prints where it is. If the disk is full, leaves its removal to the
   * end of this process, and returns that as the cause of the failure.
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
