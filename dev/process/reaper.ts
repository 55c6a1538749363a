import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const REAPER = fileURLToPath(new URL('reaper.mjs', import.meta.url));

let reaper: ChildProcess | undefined;

/** Has `pid` stopped with `signal` (killed if that does not help) should this process end without doing so itself. */
export function reapOnExit(pid: number, signal: NodeJS.Signals): void {
  tell({ watch: pid, signal });
}

/**
 * The same for a daemon that detached itself: the process whose number is on the first line of the file by then, where it
 * works in that file's directory, as a Postgres does.
 */
export function reapByPidFile(pidFile: string, signal: NodeJS.Signals): void {
  tell({ pidFile, signal });
}

/** The process has ended; its number may be given to another. */
export function forgetProcess(pid: number): void {
  tell({ forget: pid });
}

/** Has a directory removed after this process has ended and its children with it. */
export function removeOnExit(directory: string): void {
  tell({ directory });
}

/** Leaves a directory in place after all. */
export function keepDirectory(directory: string): void {
  tell({ keep: directory });
}

function tell(record: object): void {
  reaper ??= startReaper();
  reaper.stdin?.write(`${JSON.stringify(record)}\n`);
}

function startReaper(): ChildProcess {
  // Detached: a process group of its own, which a signal to ours does not reach.
  const child = spawn(process.execPath, [REAPER], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  child.unref();
  child.stdin?.on('error', () => {
    // A reaper that was killed from outside takes its safety net with it, not the stack.
  });
  unrefPipe(child);
  return child;
}

/** Neither the reaper nor the pipe to it keeps this process alive. */
function unrefPipe(child: ChildProcess): void {
  const pipe: unknown = child.stdin;
  if (typeof pipe === 'object' && pipe !== null && 'unref' in pipe && typeof pipe.unref === 'function')
    pipe.unref();
}
