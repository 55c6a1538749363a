import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { RunAs } from '../../ops/postgres/run-as.ts';
import { cacheFor } from '../setup/cache-for-user.ts';
import { directoryFromCache, lastLine } from '../setup/tool-cache.ts';
import { UserError } from '../../ops/command-line/user-error.ts';
import { deployedFile } from './deployed-files.ts';
import { pythonWithPip, runnablePython, type Python } from './find-python.ts';

const FETCH_TIMEOUT_MS = 5 * 60_000;
const DIGITS_OF_HASH = 12;

export interface PatroniProgram {
  python: string;
  /** Directory for PYTHONPATH. */
  packages: string;
}

/**
 * Patroni at the versions of deploy/patroni/requirements.txt, each checked by its hash. Throws a UserError with the
 * reason if that fails.
 */
export async function patroniProgram(user: RunAs): Promise<PatroniProgram> {
  const python = await runnablePython(user);
  const packages = await directoryFromCache({
    name: 'patroni',
    version: `python-${python.version}-${process.arch}-${hashOf(deployedFile('requirements.txt'))}`,
    cache: await cacheFor(user),
    fetch: async (scratch) => install(await pythonWithPip(python.version), scratch),
  });
  return { python: python.path, packages };
}

async function install({ path }: Python, directory: string): Promise<void> {
  const pip = [
    '-m',
    'pip',
    '--disable-pip-version-check',
    'install',
    '--quiet',
    '--no-deps',
    '--require-hashes',
  ];
  try {
    await promisify(execFile)(
      path,
      [...pip, '--target', directory, '--requirement', deployedFile('requirements.txt')],
      { timeout: FETCH_TIMEOUT_MS, cwd: directory, env: { ...process.env, PIP_ROOT_USER_ACTION: 'ignore' } },
    );
    await promisify(execFile)('chmod', ['-R', 'a+rX', join(directory)]);
  } catch (error) {
    throw new UserError(`Patroni could not be installed by ${path} -m pip: ${lastLine(error)}`);
  }
}

function hashOf(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex').slice(0, DIGITS_OF_HASH);
}
