import type { ChildExit, SupervisedChild } from '../process/supervised-child.ts';
import { startService, type RunningService, type ServiceSpec } from './start-service.ts';

/** One service instance, which can be killed and restarted. */
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

  /** Base URL of its HTTP API; `restart` changes it if the port is any free one. */
  get url(): string {
    return this.#running.url;
  }

  get logFile(): string {
    return this.child.logFile;
  }

  /** Its current or latest process. */
  get child(): SupervisedChild {
    return this.#running.child;
  }

  /** `kill -9`. */
  async kill(): Promise<void> {
    await this.child.kill();
  }

  /** SIGTERM, then SIGKILL if that does not help. */
  stop(): Promise<ChildExit> {
    return this.child.stop();
  }

  /** SIGSTOP until `resume`: the process exists, but does not answer its peers. */
  pause(): void {
    this.child.pause();
  }

  resume(): void {
    this.child.resume();
  }

  /** Restarts it with the same settings, after `kill` or `stop`. */
  async restart(): Promise<void> {
    if (this.child.isRunning()) throw new Error(`${this.instance} runs already`);
    this.#running = await startService(this.#running.spec);
  }

  /** Text about an unexpected exit; undefined without one. */
  async causeOfDeath(): Promise<string | undefined> {
    const { child } = this;
    if (child.isRunning()) return undefined;
    const exit = await child.exited;
    return exit.expected ? undefined : child.describeExit(exit);
  }
}
