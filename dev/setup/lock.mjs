import { closeSync, mkdirSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const WAIT_MS = 10 * 60_000;
const POLL_MS = 200;
const NOTICE_AFTER_MS = 2_000;
const BREAKER_STALE_MS = 30_000;

/**
 * Runs `work` while holding the lock file, which excludes other processes of this machine. Takes over the lock of a
 * dead process.
 *
 * @template T
 * @param {string} file
 * @param {() => Promise<T> | T} work
 * @returns {Promise<T>}
 */
export async function withLock(file, work) {
  await acquire(file);
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}

/** @param {string} file */
async function acquire(file) {
  mkdirSync(dirname(file), { recursive: true });
  const startedAt = Date.now();
  for (let isNoticed = false; !createExclusively(file);) {
    if (breakIfOwnerIsDead(file)) continue;
    const waitedMs = Date.now() - startedAt;
    if (!isNoticed && waitedMs > NOTICE_AFTER_MS) {
      console.error(`hailgrid: waiting for another set-up (process ${ownerOf(file)}) …`);
      isNoticed = true;
    }
    if (waitedMs > WAIT_MS) {
      throw new Error(
        `another set-up has held ${file} for too long; delete the file if no set-up is running`,
      );
    }
    await sleep(POLL_MS);
  }
}

/** @param {string} file @returns {boolean} */
function createExclusively(file) {
  try {
    const descriptor = openSync(file, 'wx');
    writeSync(descriptor, String(process.pid));
    closeSync(descriptor);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

/**
 * Breaks the lock of a dead process. Only one process at a time may do so, because a second one could delete the lock
 * that the first has just taken.
 *
 * @param {string} file
 * @returns {boolean}
 */
function breakIfOwnerIsDead(file) {
  if (isAlive(ownerOf(file))) return false;
  const breaker = `${file}.breaker`;
  if (!createExclusively(breaker)) {
    const ageMs = Date.now() - (statSync(breaker, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (ageMs > BREAKER_STALE_MS) rmSync(breaker, { force: true });
    return false;
  }
  if (!isAlive(ownerOf(file))) rmSync(file, { force: true });
  rmSync(breaker, { force: true });
  return true;
}

/** PID of the holder; NaN if the lock is gone or the holder has not written its PID yet. @param {string} file */
function ownerOf(file) {
  try {
    return Number.parseInt(readFileSync(file, 'utf8'), 10);
  } catch {
    return Number.NaN;
  }
}

/** @param {number} pid */
function isAlive(pid) {
  // No PID yet: the holder is about to write it.
  if (Number.isNaN(pid)) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
