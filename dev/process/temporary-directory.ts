import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keepDirectory, removeOnExit } from './reaper.ts';

/**
 * A directory for data and logs of this run that goes away with it, also when this process is killed.
 * Others may pass through it but not list it: Postgres runs as a user of its own when we are root.
 */
export interface TemporaryDirectory {
  readonly path: string;
  remove(): void;
  /** Leaves it for someone to look into. */
  keep(): void;
}

export function temporaryDirectory(purpose: string): TemporaryDirectory {
  const path = mkdtempSync(join(tmpdir(), `hailgrid-${purpose}-`));
  chmodSync(path, 0o711);
  removeOnExit(path);
  return {
    path,
    remove: () => rmSync(path, { recursive: true, force: true }),
    keep: () => keepDirectory(path),
  };
}
