import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheDirectory } from '../setup/cache-directory.mjs';
import { withLock } from '../setup/lock.mjs';
import { lastLine } from '../setup/tool-cache.ts';
import { UserError } from '../../ops/command-line/user-error.ts';

const UPDATE_TIMEOUT_MS = 3 * 60_000;

/** Options of apt-get that select its package lists. */
export type AptOptions = readonly string[];

/** No lock is needed, since the system is not changed; root downloads as itself. */
const WITHOUT_LOCKS = ['-o', 'Debug::NoLocking=1', '-o', 'APT::Sandbox::User=root'];

/** The machine's own lists, if any. */
export function systemLists(): AptOptions {
  return [...WITHOUT_LOCKS, ...ownIndexes()];
}

/** Updated lists in the cache of this user, because an ordinary user may not update the machine's. */
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

/** Puts apt's indexes beside these lists, not in /var/cache. */
function ownIndexes(): AptOptions {
  return ['-o', `Dir::Cache=${cacheDirectory('apt', 'cache')}`];
}
