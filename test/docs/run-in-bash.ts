import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname } from 'node:path';
import { text } from 'node:stream/consumers';
import { CHECKOUT } from '../../dev/build/checkout.ts';

const RUN_LIMIT_MS = 40_000;

export interface ShellResult {
  /** Null after a signal, such as the one at the time limit. */
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs a script in one bash, in the checkout; errors and unset variables end it. Leaves no process behind. */
export async function runInBash(script: string): Promise<ShellResult> {
  const shell = spawn('bash', ['-e', '-u', '-o', 'pipefail', '-c', script], {
    cwd: CHECKOUT,
    // A process group, so that background processes of the script end with it.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, PATH: `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}` },
  });
  const output = Promise.all([text(shell.stdout), text(shell.stderr)]);
  const limit = setTimeout(() => endGroup(shell.pid), RUN_LIMIT_MS);
  const [code] = (await once(shell, 'exit')) as [number | null];
  clearTimeout(limit);
  endGroup(shell.pid);
  const [stdout, stderr] = await output;
  return { code, stdout, stderr };
}

function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    // The group has already ended.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
