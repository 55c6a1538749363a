import { readFile } from 'node:fs/promises';
import type { PostgresNode } from '../../../dev/postgres/postgres-node.ts';
import { signalAll } from '../../../dev/postgres/server-processes.ts';
import { processState } from './process-state.ts';

/** Stops a standby's walreceiver, which writes the primary's log to disk: the standby lags and confirms nothing. */
export class StoppedReceiver {
  readonly #pid: number;

  private constructor(pid: number) {
    this.#pid = pid;
  }

  /** Undefined if the standby has no receiver at the moment. */
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

/** The process title of a Postgres process; empty if it has ended. */
function titleOf(pid: number): Promise<string> {
  return readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
}
