import { forgetProcess, reapOnExit } from '../process/reaper.ts';
import type { SupervisedChild } from '../process/supervised-child.ts';
import { until } from '../process/until.ts';
import { serverProcesses, signalAll } from './server-processes.ts';
import { startServer, type ServerSpec } from './server.ts';

/** Time limit for all processes of a killed server to exit. */
const FENCE_LIMIT_MS = 10_000;

export type PostgresRole = 'primary' | 'standby';

/** One server of a cluster. Its name, port and directory stay the same, also after a rebuild of its data. */
export class PostgresNode {
  readonly spec: ServerSpec;
  /** Its intended role; a server that is down keeps its role until another one gets it. */
  role: PostgresRole;
  #server: SupervisedChild | undefined;
  /** Processes that `freeze` has stopped. */
  #frozen: number[] = [];

  constructor(spec: ServerSpec, role: PostgresRole) {
    this.spec = spec;
    this.role = role;
  }

  get name(): string {
    return this.spec.name;
  }

  /** Its current or latest postmaster. */
  get server(): SupervisedChild {
    if (this.#server === undefined) throw new Error(`${this.name} was never started`);
    return this.#server;
  }

  /** Starts it on its existing data, also after a stop or kill. */
  async restart(signal?: AbortSignal): Promise<void> {
    await this.startBy(() => startServer(this.spec, signal));
  }

  /** Starts it by another function, such as one that replaces its data. */
  async startBy(start: () => Promise<SupervisedChild>): Promise<void> {
    if (this.#server?.isRunning() === true) throw new Error(`${this.name} runs already`);
    this.#server = await start();
  }

  /** PIDs of its postmaster, sessions and workers. */
  processes(): Promise<number[]> {
    return serverProcesses(this.spec.dataDirectory, this.server.pid);
  }

  /** Stops all its processes (SIGSTOP), so that it neither answers nor closes a connection. */
  async freeze(): Promise<void> {
    this.server.pause(); // it forks no more processes
    this.#frozen = await this.processes();
    signalAll(this.#frozen, 'SIGSTOP');
    // If this process dies, stopped sessions would not notice the end of their postmaster.
    for (const pid of this.#sessions()) reapOnExit(pid, 'SIGKILL');
  }

  thaw(): void {
    signalAll(this.#frozen, 'SIGCONT');
    this.#server?.resume();
    this.#forgetFrozen();
  }

  /** `kill -9` of every process; resolves when none is left, so that it acknowledges no further commit. */
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
    await until(areGone, FENCE_LIMIT_MS, () => `processes of ${this.name} did not exit`);
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
