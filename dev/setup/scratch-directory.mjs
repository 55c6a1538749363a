import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** The suffix that mkdtemp appends. */
const RANDOM_SUFFIX = /^-[A-Za-z0-9]{6}$/;
/** @type {NodeJS.Signals[]} */
const INTERRUPTIONS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Runs `work` with an empty directory beside `target`, so that a finished program gets there by one rename. Removes
 * the directory afterwards, also on an interrupt, and those of killed processes. The caller must hold the lock of
 * `target`: any other scratch directory of it is therefore stale.
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
    // Another listener decides when this process exits; the exit event follows.
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
