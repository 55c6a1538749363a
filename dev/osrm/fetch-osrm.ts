import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { directoryFromCache, lastLine } from '../setup/tool-cache.ts';
import { UserError } from '../../ops/command-line/user-error.ts';

const VERSION = '26.10.0';
const FETCH_TIMEOUT_MS = 5 * 60_000;
/** The wheel that carries OSRM's programs for Linux on x86-64; they need no Python to run. */
const WHEEL = `osrm_bindings-${VERSION}-cp312-abi3-manylinux_2_28_x86_64.whl`;
const WHEEL_SHA256 = '840d6f82812eb9f9e17c71eb9083dfa15f3be2bfec4965c32aefa48b00d3a951';

const run = promisify(execFile);

/** The folder with `osrm-extract`, `osrm-contract` and `osrm-routed`; why there is none as a UserError. */
export async function osrmPrograms(): Promise<string> {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new UserError('OSRM is fetched for Linux on x86-64 only');
  const wheel = await directoryFromCache({ name: 'osrm', version: VERSION, fetch: fetchWheel });
  return join(wheel, 'osrm', 'bin');
}

async function fetchWheel(scratch: string): Promise<void> {
  const pip = ['-m', 'pip', 'download', '--no-deps', '--only-binary', ':all:', '--dest', scratch];
  const platform = ['--python-version', '3.12', '--platform', 'manylinux_2_28_x86_64'];
  try {
    await run('python3', [...pip, ...platform, `osrm-bindings==${VERSION}`], { timeout: FETCH_TIMEOUT_MS });
  } catch (error) {
    throw new UserError(`OSRM ${VERSION} could not be had by python3 -m pip: ${lastLine(error)}`);
  }
  const file = join(scratch, WHEEL);
  const actual = createHash('sha256').update(readFileSync(file)).digest('hex');
  if (actual !== WHEEL_SHA256) throw new UserError(`the wheel's SHA-256 is ${actual}, not ${WHEEL_SHA256}`);
  await run('python3', ['-m', 'zipfile', '-e', file, scratch]);
  const programs = join(scratch, 'osrm', 'bin');
  for (const name of readdirSync(programs)) chmodSync(join(programs, name), 0o755);
}
