import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const REAPER = fileURLToPath(new URL('reaper.mjs', import.meta.url));

let reaper: ChildProcess | undefined;

/** If this process exits first, the reaper stops `pid` with `signal`, and kills it if that does not help. */
export function reapOnExit(pid: number, signal: NodeJS.Signals): void {
  send({ watch: pid, signal });
}

/**
 * The same for a daemon that detached itself: the reaper reads its PID from the first line of the file, and checks
 * that it works in the file's directory, as Postgres does.
 */
export function reapByPidFile(pidFile: string, signal: NodeJS.Signals): void {
  send({ pidFile, signal });
}

/** Removes an exited process from the list: its PID may be reused. */
export function forgetProcess(pid: number): void {
  send({ forget: pid });
}

/** Removes the directory after this process and its children have exited. */
export function removeOnExit(directory: string): void {
  send({ directory });
}

/** Cancels the removal of a directory. */
export function keepDirectory(directory: string): void {
  send({ keep: directory });
}

function send(record: object): void {
  reaper ??= startReaper();
  reaper.stdin?.write(`${JSON.stringify(record)}\n`);
}

function startReaper(): ChildProcess {
  // Detached: signals to this process group do not reach the reaper's own group.
  const child = spawn(process.execPath, [REAPER], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  child.unref();
  child.stdin?.on('error', () => {
    // Ignores the error: without a reaper there is no clean-up after a crash, but the services run on.
  });
  unrefPipe(child);
  return child;
}

/** Unrefs the pipe: neither it nor the reaper keeps this process alive. */
function unrefPipe(child: ChildProcess): void {
  const pipe: unknown = child.stdin;
  if (typeof pipe === 'object' && pipe !== null && 'unref' in pipe && typeof pipe.unref === 'function')
    pipe.unref();
}
