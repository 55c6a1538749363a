import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * Where what was fetched once is kept for every checkout of this user: HAILGRID_CACHE_DIR, else
 * `hailgrid` below XDG_CACHE_HOME, else below ~/.cache. Made when absent.
 *
 * @param {string[]} parts folders below it
 * @returns {string}
 */
export function cacheDirectory(...parts) {
  const root =
    process.env['HAILGRID_CACHE_DIR'] ||
    join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'hailgrid');
  const directory = join(root, ...parts);
  mkdirSync(directory, { recursive: true });
  return directory;
}
