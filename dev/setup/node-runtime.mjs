import { existsSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cacheDirectory } from './cache-directory.mjs';
import { withLock } from './lock.mjs';
import { runNpm } from './npm.mjs';
import { withScratchDirectory } from './scratch-directory.mjs';

const NEEDED_MAJOR = 24;
/** The Node.js LTS to fetch if the machine's version is too old. */
const PINNED_VERSION = '24.21.0';

/**
 * A Node.js of the required version: the running one, else one from the cache of this user, fetched from npm once.
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
  try {
    await withScratchDirectory(home, async (scratch) => {
      await runNpm(['install', '--prefix', scratch, `${name}@${PINNED_VERSION}`], dirname(home));
      renameSync(scratch, home);
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`Node.js ${NEEDED_MAJOR} or newer is needed; fetching ${name} failed (${reason})`, {
      cause: error,
    });
  }
}
