import { chmodSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { unpackWheel, type PinnedWheel } from '../setup/pinned-wheel.ts';
import { directoryFromCache } from '../setup/tool-cache.ts';
import { UserError } from '../../ops/command-line/user-error.ts';

const VERSION = '26.10.0';
/** Contains OSRM's programs for Linux on x86-64; they run without Python. */
const WHEEL: PinnedWheel = {
  project: 'osrm-bindings',
  version: VERSION,
  sha256: { 'linux-x64': '840d6f82812eb9f9e17c71eb9083dfa15f3be2bfec4965c32aefa48b00d3a951' },
  options: ['--python-version', '3.12', '--platform', 'manylinux_2_28_x86_64'],
};

/**
 * The folder with `osrm-extract`, `osrm-contract` and `osrm-routed`. Throws a UserError with the reason if they
 * cannot be fetched.
 */
export async function osrmPrograms(): Promise<string> {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new UserError('OSRM is fetched for Linux on x86-64 only');
  const wheel = await directoryFromCache({ name: 'osrm', version: VERSION, fetch: fetchWheel });
  return join(wheel, 'osrm', 'bin');
}

async function fetchWheel(scratch: string): Promise<void> {
  await unpackWheel(WHEEL, scratch);
  const programs = join(scratch, 'osrm', 'bin');
  for (const name of readdirSync(programs)) chmodSync(join(programs, name), 0o755);
}
