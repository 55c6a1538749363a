import type { ChildExit, SupervisedChild } from '../process/supervised-child.ts';
import { startService, type RunningService, type ServiceSpec } from './start-service.ts';

/** One service process by its instance name, through all its lives. */
export class RestartableService {
  #running: RunningService;

  private constructor(running: RunningService) {
    this.#running = running;
  }

  static async start(spec: ServiceSpec): Promise<RestartableService> {
    return new RestartableService(await startService(spec));
  }

  get app(): string {
    return this.#running.spec.app;
  }

  get instance(): string {
    return this.#running.spec.instance;
  }

  /** Base URL of its HTTP API; another one after `restart` where its port is any free one. */
  get url(): string {
    return this.#running.url;
  }

  get logFile(): string {
    return this.child.logFile;
  }

  /** The process of its present life, or of the last one. */
  get child(): SupervisedChild {
    return this.#running.child;
  }

  /** `kill -9`. */
  async kill(): Promise<void> {
    await this.child.kill();
  }

  /** SIGTERM, and SIGKILL where that does not help. */
  stop(): Promise<ChildExit> {
    return this.child.stop();
  }

  /** SIGSTOP until `resume`: alive to the system, dead to its peers. */
  pause(): void {
    this.child.pause();
  }

  resume(): void {
    this.child.resume();
  }

  /** Starts it anew with the same settings, after `kill` or `stop`. */
  async restart(): Promise<void> {
    if (this.child.isRunning()) throw new Error(`${this.instance} runs already`);
    this.#running = await startService(this.#running.spec);
  }

  /** Why it is gone though nobody here ended it; undefined while all is well. */
  async causeOfDeath(): Promise<string | undefined> {
    const { child } = this;
    if (child.isRunning()) return undefined;
    const exit = await child.exited;
    return exit.expected ? undefined : child.describeExit(exit);
  }
}
