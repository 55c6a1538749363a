import { execFile } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import type { RunAs } from '../postgres/run-as.ts';
import { UserError } from '../user-error.ts';

/** Where Debian has it, should PATH lead to another that only its owner may run. */
const SYSTEM_PATH = ['/usr/bin', '/usr/local/bin'];
const OLDEST_MINOR = 9;
const START_TIMEOUT_MS = 20_000;

const run = promisify(execFile);

export interface Python {
  path: string;
  /** Such as `3.11`: packages with native parts are for one of these. */
  version: string;
}

/** A Python 3 that the user may run, to run with; and one of the same version that has pip, to install with. */
export async function findPythons(user: RunAs): Promise<{ runner: Python; installer: Python }> {
  const places = [...(process.env['PATH'] ?? '').split(delimiter), ...SYSTEM_PATH];
  const paths = [...new Set(places.filter((place) => place !== ''))].map((place) => join(place, 'python3'));
  const runners = await passing(paths, user, ['-c', VERSION]);
  const installers = await passing(paths, {}, ['-c', `import pip; ${VERSION}`]);
  for (const runner of runners) {
    const installer = installers.find(({ version }) => version === runner.version);
    if (installer !== undefined) return { runner, installer };
  }
  if (runners.length === 0)
    throw new UserError(
      `Patroni needs Python 3.${OLDEST_MINOR} or newer; the user that runs Postgres can run none`,
    );
  throw new UserError(
    `pip of Python ${runners[0]?.version ?? 3} is needed to fetch Patroni (Debian: python3-pip)`,
  );
}

const VERSION = 'import sys; print("%d.%d" % sys.version_info[:2])';

async function passing(paths: readonly string[], user: RunAs, args: readonly string[]): Promise<Python[]> {
  const found = await Promise.all(
    paths.map(async (path) => {
      try {
        const { stdout } = await run(path, args, { ...user, cwd: '/', timeout: START_TIMEOUT_MS });
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
