import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The file in which the server of a data directory keeps its process number, on the first line. */
export function pidFileOf(dataDirectory: string): string {
  return join(dataDirectory, 'postmaster.pid');
}

/** The server's process; undefined where none runs. */
function postmasterPid(dataDirectory: string): number | undefined {
  try {
    const pid = Number.parseInt(readFileSync(pidFileOf(dataDirectory), 'utf8'), 10);
    return parentOf(pid) === undefined ? undefined : pid;
  } catch {
    return undefined;
  }
}

/** `kill -9` for a server and all its sessions at once, as when its host loses power: none has a moment to react. */
export function killServer(dataDirectory: string): void {
  const pid = postmasterPid(dataDirectory);
  if (pid === undefined) return;
  send(pid, 'SIGSTOP'); // so that it starts no further ones meanwhile
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
    // After the command in parentheses: state and parent.
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
    // It has ended by itself.
  }
}
