import type { CityAct, CityProcessState } from '#libs/contracts';
import type { PostgresNode } from '../../postgres/postgres-node.ts';
import { signalAll } from '../../postgres/server-processes.ts';
import { MAX_BROKEN_MS, type Breakable } from './breakable.ts';

/** A Postgres server. The keeper of the cluster replaces it, or brings it back; this only breaks it. */
export class BreakablePostgres implements Breakable {
  readonly kind = 'postgres';
  readonly #node: PostgresNode;
  /** The frozen process. */
  #frozenPid: number | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;
  /** What was last seen of it, and since when: its keeper changes it too. */
  #seen = '';
  #sinceMs = Date.now();

  constructor(node: PostgresNode) {
    this.#node = node;
  }

  get name(): string {
    return this.#node.name;
  }

  get role(): 'primary' | 'standby' {
    return this.#node.role;
  }

  get state(): CityProcessState {
    const { server } = this.#node;
    if (!server.isRunning()) return 'dead';
    return server.pid === this.#frozenPid ? 'frozen' : 'running';
  }

  /** As far as anybody has looked. */
  get sinceMs(): number {
    const now = `${this.state} ${this.pid}`;
    if (this.#seen !== now) this.#sinceMs = Date.now();
    this.#seen = now;
    return this.#sinceMs;
  }

  get pid(): number | null {
    const { server } = this.#node;
    return server.isRunning() ? server.pid : null;
  }

  get can(): CityAct[] {
    if (this.#isClosed) return [];
    const { state } = this;
    if (state === 'running') return ['kill', 'freeze'];
    return state === 'frozen' ? ['kill', 'thaw'] : [];
  }

  async act(act: CityAct): Promise<void> {
    clearTimeout(this.#timer);
    if (act === 'kill') await this.#kill();
    else if (act === 'freeze') await this.#freeze();
    else if (act === 'thaw') this.#thaw();
  }

  close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#thaw();
    return Promise.resolve();
  }

  /** Without waiting for its last session: the keeper does that, and may already have started another process. */
  async #kill(): Promise<void> {
    const known = await this.#node.processes();
    const exited = this.#node.server.kill();
    signalAll(known, 'SIGKILL');
    await exited;
  }

  async #freeze(): Promise<void> {
    this.#frozenPid = this.#node.server.pid;
    await this.#node.freeze();
    this.#timer = setTimeout(() => this.#thaw(), MAX_BROKEN_MS);
  }

  #thaw(): void {
    if (this.state === 'frozen') this.#node.thaw();
    this.#frozenPid = undefined;
  }
}
