import { mkdirSync } from 'node:fs';
import { mayEnter, type RunAs } from '../../ops/postgres/run-as.ts';
import { UserError } from '../../ops/command-line/user-error.ts';
import { cacheDirectory } from './cache-directory.mjs';

const SYSTEM_CACHE = '/var/cache/hailgrid';

/** The cache of fetched programs, or the system's if the user cannot enter that one (root's home is closed). */
export async function cacheFor(user: RunAs): Promise<string> {
  for (const cache of [cacheDirectory, cacheOfSystem]) {
    const base = cache();
    if (await mayEnter(base, user)) return base;
  }
  throw new UserError(
    'The user that Postgres runs as cannot read the cache directory; set HAILGRID_CACHE_DIR to one that it can read',
  );
}

/** Only root needs this cache, so it is writable. */
function cacheOfSystem(): string {
  mkdirSync(SYSTEM_CACHE, { recursive: true, mode: 0o755 });
  return SYSTEM_CACHE;
}
