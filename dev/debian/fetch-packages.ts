import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { lastLine } from '../setup/tool-cache.ts';
import { UserError } from '../../ops/command-line/user-error.ts';
import { freshLists, systemLists, type AptOptions } from './apt-lists.ts';

const FETCH_TIMEOUT_MS = 5 * 60_000;
const UNPACK_TIMEOUT_MS = 60_000;
const ARCHIVES = 'archives';

const run = promisify(execFile);

/** Accepts the version that Debian has: it keeps only the newest of a browser. */
export const NEWEST = 'newest';

/** Debian packages by name, each with the required prefix of its version, such as `{ 'etcd-server': '3.4' }`, or {@link NEWEST}. */
export type PinnedPackages = Readonly<Record<string, string>>;

/**
 * Unpacks the packages into the directory, with the dependencies that this machine lacks. Returns the exact version
 * of each. Uses the machine's package lists, or updated lists in the cache if those are absent or out of date.
 */
export async function fetchPackages(
  packages: PinnedPackages,
  directory: string,
): Promise<Record<string, string>> {
  const archives = join(directory, ARCHIVES);
  const names = Object.keys(packages);
  try {
    await download(names, archives, systemLists()).catch(async () =>
      download(names, archives, await freshLists()),
    );
    const versions: Record<string, string> = {};
    for (const file of debFiles(archives)) Object.assign(versions, await unpack(file, directory));
    checkVersions(packages, versions);
    return versions;
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(
      `${names.join(', ')} could not be fetched by apt (${lastLine(error)}); install them, or run apt-get update`,
    );
  } finally {
    rmSync(archives, { recursive: true, force: true });
  }
}

/**
 * Runs `apt-get install` in download-only mode, which adds missing dependencies and needs neither a lock nor root.
 */
async function download(names: readonly string[], archives: string, lists: AptOptions): Promise<void> {
  rmSync(archives, { recursive: true, force: true });
  mkdirSync(join(archives, 'partial'), { recursive: true });
  const how = ['--yes', '--quiet', '--no-install-recommends', '--reinstall', '--download-only'];
  await run('apt-get', [...lists, '-o', `Dir::Cache::archives=${archives}`, ...how, 'install', ...names], {
    timeout: FETCH_TIMEOUT_MS,
    env: { ...process.env, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' },
  });
}

function debFiles(archives: string): string[] {
  return readdirSync(archives)
    .filter((file) => file.endsWith('.deb'))
    .map((file) => join(archives, file));
}

async function unpack(file: string, directory: string): Promise<Record<string, string>> {
  const format = '--showformat=${Package} ${Version}';
  const { stdout } = await run('dpkg-deb', ['--show', format, file]);
  const [name = '', version = ''] = stdout.trim().split(' ');
  await run('dpkg-deb', ['--extract', file, directory], { timeout: UNPACK_TIMEOUT_MS });
  return { [name]: version };
}

function checkVersions(packages: PinnedPackages, versions: Readonly<Record<string, string>>): void {
  for (const [name, wanted] of Object.entries(packages)) {
    const found = versions[name];
    if (found === undefined) throw new UserError(`apt did not download ${name}`);
    if (wanted === NEWEST) continue;
    // Strips the epoch of the Debian version.
    if (!`${found.replace(/^\d+:/, '')}.`.startsWith(`${wanted}.`))
      throw new UserError(`apt has ${name} ${found}, not ${wanted}`);
  }
}
