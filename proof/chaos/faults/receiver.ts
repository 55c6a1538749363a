import { readFile } from 'node:fs/promises';
import type { PostgresNode } from '../../../dev/postgres/postgres-node.ts';
import { signalAll } from '../../../dev/postgres/server-processes.ts';
import { processState } from './process-state.ts';

/** Takes the primary's log to the standby's disk; a standby whose receiver is stopped lags, and confirms nothing. */
export class StoppedReceiver {
  readonly #pid: number;

  private constructor(pid: number) {
    this.#pid = pid;
  }

  /** Undefined where the standby has none just now. */
  static async of(standby: Pick<PostgresNode, 'processes'>): Promise<StoppedReceiver | undefined> {
    for (const pid of await standby.processes()) {
      if (!(await titleOf(pid)).includes('walreceiver')) continue;
      signalAll([pid], 'SIGSTOP');
      return new StoppedReceiver(pid);
    }
    return undefined;
  }

  get isStopped(): boolean {
    return processState(this.#pid) === 'T';
  }

  goOn(): void {
    signalAll([this.#pid], 'SIGCONT');
  }
}

/** What Postgres tells of a process of its own; empty where it has ended. */
function titleOf(pid: number): Promise<string> {
  return readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
}
