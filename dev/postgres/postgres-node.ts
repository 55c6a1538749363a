import { forgetProcess, reapOnExit } from '../process/reaper.ts';
import type { SupervisedChild } from '../process/supervised-child.ts';
import { until } from '../process/until.ts';
import { serverProcesses, signalAll } from './server-processes.ts';
import { startServer, type ServerSpec } from './server.ts';

/** For the processes of a server that has ended to be gone. */
const FENCE_LIMIT_MS = 10_000;

export type PostgresRole = 'primary' | 'standby';

/** One server of a cluster. Its name, port and place stay the same, also when its data is made anew. */
export class PostgresNode {
  readonly spec: ServerSpec;
  /** What it is meant to be; a server that is down keeps its role until another one gets it. */
  role: PostgresRole;
  #server: SupervisedChild | undefined;
  /** Processes that are stopped by `freeze`. */
  #frozen: number[] = [];

  constructor(spec: ServerSpec, role: PostgresRole) {
    this.spec = spec;
    this.role = role;
  }

  get name(): string {
    return this.spec.name;
  }

  /** The process that runs it now, or ran it last. */
  get server(): SupervisedChild {
    if (this.#server === undefined) throw new Error(`${this.name} was never started`);
    return this.#server;
  }

  /** Starts it over its data, also after it was stopped or killed. */
  async restart(signal?: AbortSignal): Promise<void> {
    await this.startBy(() => startServer(this.spec, signal));
  }

  /** The same by another way of starting, as over new data. */
  async startBy(start: () => Promise<SupervisedChild>): Promise<void> {
    if (this.#server?.isRunning() === true) throw new Error(`${this.name} runs already`);
    this.#server = await start();
  }

  /** Its postmaster and all its sessions and workers. */
  processes(): Promise<number[]> {
    return serverProcesses(this.spec.dataDirectory, this.server.pid);
  }

  /** Stops every process of it (SIGSTOP), so that it neither answers nor closes a connection. */
  async freeze(): Promise<void> {
    this.server.pause(); // it forks no more from here on
    this.#frozen = await this.processes();
    signalAll(this.#frozen, 'SIGSTOP');
    // Should we die now, stopped sessions would never see that their postmaster is gone.
    for (const pid of this.#sessions()) reapOnExit(pid, 'SIGKILL');
  }

  thaw(): void {
    signalAll(this.#frozen, 'SIGCONT');
    this.#server?.resume();
    this.#forgetFrozen();
  }

  /** `kill -9` of every process; resolves when none is left, so that nothing is acknowledged by it any more. */
  async fence(): Promise<void> {
    const known = await this.processes();
    const exited = this.server.kill();
    signalAll(known, 'SIGKILL');
    await exited;
    await this.#untilGone();
  }

  /** Fast shutdown. */
  async stop(): Promise<void> {
    if (this.#server === undefined) return;
    this.thaw();
    await this.#server.stop();
    await this.#untilGone();
  }

  async #untilGone(): Promise<void> {
    const areGone = async (): Promise<boolean> => {
      const left = await this.processes();
      signalAll(left, 'SIGKILL');
      return left.length === 0;
    };
    await until(areGone, FENCE_LIMIT_MS, () => `processes of ${this.name} live on`);
    this.#forgetFrozen();
  }

  #sessions(): number[] {
    return this.#frozen.filter((pid) => pid !== this.#server?.pid);
  }

  #forgetFrozen(): void {
    for (const pid of this.#sessions()) forgetProcess(pid);
    this.#frozen = [];
  }
}
