import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheDirectory } from '../setup/cache-directory.mjs';
import { withLock } from '../setup/lock.mjs';
import { lastLine } from '../setup/tool-cache.ts';
import { UserError } from '../../ops/command-line/user-error.ts';

const UPDATE_TIMEOUT_MS = 3 * 60_000;

/** Options of apt-get that tell which lists of packages it goes by. */
export type AptOptions = readonly string[];

/** Nothing of the system is changed, so nothing of it has to be locked; root needs no other user to download as. */
const WITHOUT_LOCKS = ['-o', 'Debug::NoLocking=1', '-o', 'APT::Sandbox::User=root'];

/** The lists that the machine has, if any. */
export function systemLists(): AptOptions {
  return [...WITHOUT_LOCKS, ...ownIndexes()];
}

/** Lists of our own in the cache of this user, brought up to date: an ordinary user may not update the machine's. */
export async function freshLists(): Promise<AptOptions> {
  const lists = cacheDirectory('apt', 'lists');
  mkdirSync(join(lists, 'partial'), { recursive: true });
  const options = [...WITHOUT_LOCKS, ...ownIndexes(), '-o', `Dir::State::lists=${lists}`];
  try {
    await withLock(`${lists}.lock`, () =>
      promisify(execFile)('apt-get', [...options, '--quiet', 'update'], { timeout: UPDATE_TIMEOUT_MS }),
    );
  } catch (error) {
    throw new UserError(`apt-get update failed: ${lastLine(error)}`);
  }
  return options;
}

/** What apt derives from the lists is kept beside ours, not in /var/cache. */
function ownIndexes(): AptOptions {
  return ['-o', `Dir::Cache=${cacheDirectory('apt', 'cache')}`];
}
