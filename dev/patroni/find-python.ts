import { execFile } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import type { RunAs } from '../../ops/postgres/run-as.ts';
import { UserError } from '../../ops/command-line/user-error.ts';

/** Debian's directories of Python, in case the one on PATH is executable by its owner only. */
const SYSTEM_PATH = ['/usr/bin', '/usr/local/bin'];
const OLDEST_MINOR = 9;
const START_TIMEOUT_MS = 20_000;

const run = promisify(execFile);

export interface Python {
  path: string;
  /** Such as `3.11`: packages with native code fit one version only. */
  version: string;
}

/** A Python that the user may run: the first on PATH, or Debian's. */
export async function runnablePython(user: RunAs): Promise<Python> {
  const [first] = await passing(user, VERSION);
  if (first === undefined)
    throw new UserError(
      `Patroni needs Python 3.${OLDEST_MINOR} or newer; the user that runs Postgres can execute none`,
    );
  return first;
}

/** A Python of this version with pip, to install packages for it. */
export async function pythonWithPip(version: string): Promise<Python> {
  const installer = (await passing({}, `import pip; ${VERSION}`)).find(
    (python) => python.version === version,
  );
  if (installer === undefined)
    throw new UserError(
      `Patroni is fetched by pip of Python ${version}, which is missing (Debian: python3-pip)`,
    );
  return installer;
}

const VERSION = 'import sys; print("%d.%d" % sys.version_info[:2])';

/** The Pythons in which the user can run these lines, which print the version. */
async function passing(user: RunAs, lines: string): Promise<Python[]> {
  const places = [...(process.env['PATH'] ?? '').split(delimiter), ...SYSTEM_PATH];
  const paths = [...new Set(places.filter((place) => place !== ''))].map((place) => join(place, 'python3'));
  const found = await Promise.all(
    paths.map(async (path) => {
      try {
        const { stdout } = await run(path, ['-c', lines], { ...user, cwd: '/', timeout: START_TIMEOUT_MS });
        const version = stdout.trim();
        return isNewEnough(version) ? [{ path, version }] : [];
      } catch {
        return [];
      }
    }),
  );
  return found.flat();
}

function isNewEnough(version: string): boolean {
  const [major, minor = 0] = version.split('.').map(Number);
  return major === 3 && minor >= OLDEST_MINOR;
}
