/**
 * Ends what a dead supervisor left behind. The supervisor holds the other end of this process's standard input and
 * writes what it has started, one JSON record a line; when the pipe closes, however that came about (exit, exception,
 * kill -9), everything still listed is stopped, then killed, and the listed directories are removed.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, readlinkSync, realpathSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

const STOP_GRACE_MS = 9_000;
const POLL_MS = 50;

/** @type {Map<number, { signal: NodeJS.Signals, startedAt: string }>} */
const processes = new Map();
/** @type {Map<string, NodeJS.Signals>} */
const pidFiles = new Map();
/** @type {Set<string>} */
const directories = new Set();

// A terminal's Ctrl-C must not end the one process whose work begins when the others are gone.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {});

for await (const line of createInterface({ input: process.stdin })) {
  const record = JSON.parse(line);
  if (record.watch !== undefined) {
    processes.set(record.watch, { signal: record.signal, startedAt: startTime(record.watch) });
  }
  if (record.pidFile !== undefined) pidFiles.set(record.pidFile, record.signal);
  if (record.forget !== undefined) processes.delete(record.forget);
  if (record.directory !== undefined) directories.add(record.directory);
  if (record.keep !== undefined) directories.delete(record.keep);
}
await endAll();
for (const directory of directories) rmSync(directory, { recursive: true, force: true });

async function endAll() {
  for (const [file, signal] of pidFiles) {
    const pid = daemonOf(file);
    if (pid !== undefined) processes.set(pid, { signal, startedAt: startTime(pid) });
  }
  for (const [pid, { signal }] of processes) {
    signalIfSame(pid, signal);
    signalIfSame(pid, 'SIGCONT');
  }
  for (
    let waitedMs = 0;
    waitedMs < STOP_GRACE_MS && [...processes.keys()].some(isSame);
    waitedMs += POLL_MS
  ) {
    await sleep(POLL_MS);
  }
  for (const pid of processes.keys()) signalIfSame(pid, 'SIGKILL');
}

/** The process that a file names, where it works in that file's directory. @param {string} file */
function daemonOf(file) {
  try {
    const pid = Number.parseInt(readFileSync(file, 'utf8'), 10);
    return readlinkSync(`/proc/${pid}/cwd`) === realpathSync(dirname(file)) ? pid : undefined;
  } catch {
    return undefined; // it has ended, or this is no Linux, where no such daemon is started
  }
}

/** @param {number} pid @param {NodeJS.Signals} signal */
function signalIfSame(pid, signal) {
  if (!isSame(pid)) return;
  try {
    process.kill(pid, signal);
  } catch {
    // It ended between the check and the signal.
  }
}

/** Process numbers are reused: the one listed is meant, not its successor. @param {number} pid */
function isSame(pid) {
  const startedAt = startTime(pid);
  return startedAt !== '' && startedAt === processes.get(pid)?.startedAt;
}

/** When a process started, as the system tells it; empty when it is gone or a zombie. @param {number} pid */
function startTime(pid) {
  try {
    if (process.platform !== 'linux') {
      return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
    }
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? '' : (fields[19] ?? '');
  } catch {
    return '';
  }
}
