import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { promisify } from 'node:util';
import type { RunAs } from '../postgres/run-as.ts';
import { UserError } from '../../ops/command-line/user-error.ts';
import { cacheDirectory } from './cache-directory.mjs';

const run = promisify(execFile);

const SYSTEM_CACHE = '/var/cache/hailgrid';

/** The cache of fetched programs, or where the user may not enter that one (root's home is closed), the system's. */
export async function cacheFor(user: RunAs): Promise<string> {
  for (const cache of [cacheDirectory, cacheOfSystem]) {
    const base = cache();
    if (await mayEnter(base, user)) return base;
  }
  throw new UserError(
    'The user that Postgres runs as can read no cache directory; set HAILGRID_CACHE_DIR to one it can',
  );
}

/** Whether the user may pass through a directory and all that it lies in. */
export async function mayEnter(directory: string, user: RunAs): Promise<boolean> {
  try {
    await run('/bin/sh', ['-c', 'test -x "$1"', 'sh', directory], { ...user, cwd: '/' });
    return true;
  } catch {
    return false;
  }
}

/** Only root needs another place than its own cache, so this one can be written. */
function cacheOfSystem(): string {
  mkdirSync(SYSTEM_CACHE, { recursive: true, mode: 0o755 });
  return SYSTEM_CACHE;
}
