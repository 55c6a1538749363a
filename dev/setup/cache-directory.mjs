import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * The cache of downloads, shared by all checkouts of this user: HAILGRID_CACHE_DIR, else `hailgrid` in
 * XDG_CACHE_HOME, else in ~/.cache. Creates it if absent.
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
