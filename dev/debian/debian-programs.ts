import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { postgresUser } from '../../ops/postgres/run-as.ts';
import { cacheFor } from '../setup/cache-for-user.ts';
import { directoryFromCache, findOnPath } from '../setup/tool-cache.ts';
import { UserError } from '../../ops/command-line/user-error.ts';
import { fetchPackages, type PinnedPackages } from './fetch-packages.ts';
import { environmentFor } from './program-environment.ts';

const VERSIONS_FILE = 'versions.json';

export interface DebianPrograms {
  /** Root of the unpacked packages: their /usr/bin/x is `<root>/usr/bin/x`. */
  root: string;
  /**
   * The environment to run them in: PATH begins with their directories, LD_LIBRARY_PATH with those of their
   * libraries.
   */
  env: NodeJS.ProcessEnv;
  /** Exact version of each unpacked package, including dependencies that this machine lacked. */
  versions: Readonly<Record<string, string>>;
}

/**
 * Fetches Debian packages with apt and unpacks them once into the cache, readable by the user that Postgres runs as.
 * Installs nothing and needs no root. Throws a UserError that says what to install if that fails.
 */
export async function debianPrograms(wanted: {
  /** Name of the folder in the cache. */
  name: string;
  packages: PinnedPackages;
}): Promise<DebianPrograms> {
  const names = Object.keys(wanted.packages).join(', ');
  if (process.platform !== 'linux' || findOnPath('apt-get') === undefined || findOnPath('dpkg') === undefined)
    throw new UserError(`${names} are fetched with apt of Debian, which this system does not have`);
  const root = await directoryFromCache({
    name: wanted.name,
    version: versionKey(wanted.packages),
    cache: await cacheFor(await postgresUser()),
    fetch: async (scratch) => {
      const versions = await fetchPackages(wanted.packages, scratch);
      writeFileSync(join(scratch, VERSIONS_FILE), `${JSON.stringify(versions, null, 2)}\n`);
    },
  });
  const versions = JSON.parse(readFileSync(join(root, VERSIONS_FILE), 'utf8')) as Record<string, string>;
  return { root, env: environmentFor(root), versions };
}

/** Includes release and architecture, since programs of one do not run on another. */
function versionKey(packages: PinnedPackages): string {
  const series = Object.entries(packages).map(([name, version]) => `${name}_${version}`);
  return [releaseName(), process.arch, ...series.toSorted()].join('-');
}

function releaseName(): string {
  const release = readFileSync('/etc/os-release', 'utf8');
  const field = (name: string) => new RegExp(`^${name}="?([\\w.]+)`, 'm').exec(release)?.[1] ?? 'unknown';
  return `${field('ID')}-${field('VERSION_ID')}`;
}
