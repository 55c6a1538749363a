import { mkdirSync } from 'node:fs';
import { mayEnter, type RunAs } from '../../ops/postgres/run-as.ts';
import { UserError } from '../../ops/command-line/user-error.ts';
import { cacheDirectory } from './cache-directory.mjs';

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

/** Only root needs another place than its own cache, so this one can be written. */
function cacheOfSystem(): string {
  mkdirSync(SYSTEM_CACHE, { recursive: true, mode: 0o755 });
  return SYSTEM_CACHE;
}
