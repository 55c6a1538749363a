import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** What mkdtemp appends. */
const RANDOM_SUFFIX = /^-[A-Za-z0-9]{6}$/;
/** @type {NodeJS.Signals[]} */
const INTERRUPTIONS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Runs `work` with an empty directory beside `target`, so that a finished program appears there by one rename. The
 * directory is removed afterwards, also if this process is interrupted; one that a killed process left is removed here.
 * The caller holds the lock of `target`: any other scratch directory of it is therefore stale.
 *
 * @template T
 * @param {string} target
 * @param {(scratch: string) => Promise<T> | T} work
 * @returns {Promise<T>}
 */
export async function withScratchDirectory(target, work) {
  removeStale(target);
  const scratch = mkdtempSync(`${target}-`);
  const remove = () => rmSync(scratch, { recursive: true, force: true });
  /** @param {NodeJS.Signals} signal */
  const interrupt = (signal) => {
    // Another listener decides when this process ends; the exit event follows.
    if (process.listenerCount(signal) > 1) return;
    remove();
    process.removeListener(signal, interrupt);
    process.kill(process.pid, signal);
  };
  process.on('exit', remove);
  for (const signal of INTERRUPTIONS) process.on(signal, interrupt);
  try {
    return await work(scratch);
  } finally {
    for (const signal of INTERRUPTIONS) process.removeListener(signal, interrupt);
    process.removeListener('exit', remove);
    remove();
  }
}

/** @param {string} target */
function removeStale(target) {
  const name = basename(target);
  for (const sibling of readdirSync(dirname(target))) {
    if (!sibling.startsWith(name) || !RANDOM_SUFFIX.test(sibling.slice(name.length))) continue;
    rmSync(join(dirname(target), sibling), { recursive: true, force: true });
  }
}
