import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The PID file of the server of a data directory; its first line is the PID. */
export function pidFileOf(dataDirectory: string): string {
  return join(dataDirectory, 'postmaster.pid');
}

/** PID of the server; undefined if none runs. */
function postmasterPid(dataDirectory: string): number | undefined {
  try {
    const pid = Number.parseInt(readFileSync(pidFileOf(dataDirectory), 'utf8'), 10);
    return parentOf(pid) === undefined ? undefined : pid;
  } catch {
    return undefined;
  }
}

/** `kill -9` for a server and all its sessions at once, as in a power loss: no process can react. */
export function killServer(dataDirectory: string): void {
  const pid = postmasterPid(dataDirectory);
  if (pid === undefined) return;
  send(pid, 'SIGSTOP'); // so that it forks no further sessions meanwhile
  const all = [...childrenOf(pid), pid];
  for (const one of all) send(one, 'SIGKILL');
}

function childrenOf(parent: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => parentOf(pid) === parent);
}

function parentOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The state and the parent follow the command in parentheses.
    const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return state === 'Z' ? undefined : Number(parent);
  } catch {
    return undefined;
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // The process has exited.
  }
}
