/**
 * Cleans up after a dead supervisor. The supervisor writes each process and directory to this process's standard
 * input, one JSON record per line. When that pipe closes for any reason (exit, exception, kill -9), the reaper stops
 * and then kills the listed processes and removes the listed directories.
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

// Ignores Ctrl-C of the terminal: the work of this process begins after the others have exited.
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

/** PID in the file, if that process works in the file's directory. @param {string} file */
function daemonOf(file) {
  try {
    const pid = Number.parseInt(readFileSync(file, 'utf8'), 10);
    return readlinkSync(`/proc/${pid}/cwd`) === realpathSync(dirname(file)) ? pid : undefined;
  } catch {
    return undefined; // it has exited, or the system is not Linux and runs no such daemon
  }
}

/** @param {number} pid @param {NodeJS.Signals} signal */
function signalIfSame(pid, signal) {
  if (!isSame(pid)) return;
  try {
    process.kill(pid, signal);
  } catch {
    // It exited between the check and the signal.
  }
}

/** Whether the PID is still the listed process: PIDs are reused. @param {number} pid */
function isSame(pid) {
  const startedAt = startTime(pid);
  return startedAt !== '' && startedAt === processes.get(pid)?.startedAt;
}

/** Start time of a process as the system reports it; empty for an exited process and a zombie. @param {number} pid */
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
