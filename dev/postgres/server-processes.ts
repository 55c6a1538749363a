import { execFile } from 'node:child_process';
import { readdir, readlink, realpath } from 'node:fs/promises';
import { promisify } from 'node:util';

/**
 * The processes of the server on this data directory, including sessions that briefly outlive a killed postmaster.
 * Without /proc it finds only the children of a live postmaster.
 */
export async function serverProcesses(dataDirectory: string, postmasterPid: number): Promise<number[]> {
  if (process.platform !== 'linux') return family(postmasterPid);
  const directory = await realpath(dataDirectory).catch(() => undefined);
  if (directory === undefined) return [];
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  // The working directory of every server process is the data directory.
  const places = await Promise.all(pids.map((pid) => readlink(`/proc/${pid}/cwd`).catch(() => undefined)));
  return pids.filter((_, index) => places[index] === directory);
}

async function family(postmasterPid: number): Promise<number[]> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,ppid=']);
  return stdout
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .filter((row) => row.includes(postmasterPid))
    .flatMap(([pid]) => pid ?? []);
}

/** Ignores processes that have exited meanwhile. */
export function signalAll(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch {
      // The process has exited.
    }
  }
}
