import { existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cacheDirectory } from './cache-directory.mjs';
import { withLock } from './lock.mjs';
import { runNpm } from './npm.mjs';

const NEEDED_MAJOR = 24;
/** The Node.js LTS that is fetched where the machine's own is older. */
const PINNED_VERSION = '24.21.0';

/**
 * A Node.js of the needed age: the one that runs this, else one kept in the cache of this user, fetched from npm once.
 *
 * @returns {Promise<string>} path of the executable
 */
export async function findNode() {
  if (Number.parseInt(process.versions.node, 10) >= NEEDED_MAJOR) return process.execPath;
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  const name = `node-${platform}-${process.arch}`;
  const home = join(cacheDirectory('node'), PINNED_VERSION);
  const executable = join(home, 'node_modules', name, 'bin', platform === 'win' ? 'node.exe' : 'node');
  if (existsSync(executable)) return executable;
  return withLock(`${home}.lock`, async () => {
    if (!existsSync(executable)) await fetchNode(name, home);
    return executable;
  });
}

/** @param {string} name @param {string} home */
async function fetchNode(name, home) {
  console.error(
    `hailgrid: this is Node.js ${process.versions.node}, ${NEEDED_MAJOR} is needed: fetching ${PINNED_VERSION} (once) …`,
  );
  const scratch = mkdtempSync(`${home}-`);
  try {
    await runNpm(['install', '--prefix', scratch, `${name}@${PINNED_VERSION}`], dirname(home));
    renameSync(scratch, home);
  } catch (error) {
    rmSync(scratch, { recursive: true, force: true });
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`Node.js ${NEEDED_MAJOR} or newer is needed; fetching ${name} failed (${reason})`, {
      cause: error,
    });
  }
}
