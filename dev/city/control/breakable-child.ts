import { setTimeout as sleep } from 'node:timers/promises';
import type { CityAct, CityProcessKind, CityProcessState } from '#libs/contracts';
import type { NatsLines } from '../../network/nats-lines.ts';
import type { SupervisedChild } from '../../process/supervised-child.ts';
import type { DeathWatch } from '../watch-children.ts';
import { MAX_BROKEN_MS, type Breakable } from './breakable.ts';

/** How long a killed process stays dead, so that one sees what follows. */
export const RESTART_AFTER_MS = 3_000;
/** How often a killed process is started before the city gives up. */
const MAX_STARTS = 5;
/** How long the end of the city waits for a process that is being started; whatever remains is stopped with its supervisor. */
const CLOSE_LIMIT_MS = 10_000;

export interface ChildParts {
  readonly name: string;
  readonly kind: CityProcessKind;
  /** Its current process. */
  readonly child: () => SupervisedChild;
  /** Starts it again where its clients find it; resolves when it is ready. */
  readonly restart: () => Promise<void>;
  /** All its connections to NATS; absent: it cannot be cut off. */
  readonly lines?: Pick<NatsLines, 'cut' | 'mend'>;
  readonly metricsUrl?: string;
  /** False: clients could not go on after its restart, so nobody may break it. */
  readonly isBreakable?: boolean;
  readonly deaths: DeathWatch;
}

/** A service or nats-server, and its supervisor: starts it again after a kill, and ends a freeze or cut that lasts too long. */
export class BreakableChild implements Breakable {
  readonly name: string;
  readonly kind: CityProcessKind;
  readonly metricsUrl?: string;
  readonly #parts: ChildParts;
  #state: CityProcessState = 'running';
  #sinceMs = Date.now();
  #timer: NodeJS.Timeout | undefined;
  #start: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(parts: ChildParts) {
    this.name = parts.name;
    this.kind = parts.kind;
    if (parts.metricsUrl !== undefined) this.metricsUrl = parts.metricsUrl;
    this.#parts = parts;
    this.#watch();
  }

  get state(): CityProcessState {
    return this.#state;
  }

  get sinceMs(): number {
    return this.#sinceMs;
  }

  get pid(): number | null {
    const child = this.#parts.child();
    return child.isRunning() ? child.pid : null;
  }

  get can(): CityAct[] {
    if (this.#parts.isBreakable === false || this.#isClosed) return [];
    switch (this.#state) {
      case 'running':
        return this.#parts.lines === undefined ? ['kill', 'freeze'] : ['kill', 'freeze', 'cut'];
      case 'frozen':
        return ['kill', 'thaw'];
      case 'cut':
        return ['kill', 'mend'];
      case 'starting':
      case 'dead':
        return [];
    }
  }

  async act(act: CityAct): Promise<void> {
    clearTimeout(this.#timer);
    switch (act) {
      case 'kill':
        this.#died();
        await this.#parts.child().kill();
        break;
      case 'freeze':
        this.#parts.child().pause();
        this.#break('frozen');
        break;
      case 'cut':
        this.#parts.lines?.cut();
        this.#break('cut');
        break;
      case 'thaw':
      case 'mend':
        this.#repair();
        break;
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#repair();
    await Promise.race([this.#start, sleep(CLOSE_LIMIT_MS, undefined, { ref: false })]);
  }

  #break(state: 'frozen' | 'cut'): void {
    this.#enter(state);
    this.#timer = setTimeout(() => this.#repair(), MAX_BROKEN_MS);
  }

  #repair(): void {
    if (this.#state !== 'frozen' && this.#state !== 'cut') return;
    this.#parts.child().resume();
    this.#parts.lines?.mend();
    this.#enter('running');
  }

  #died(): void {
    this.#parts.lines?.mend();
    this.#enter('dead');
    this.#startSoon(1);
  }

  #startSoon(start: number): void {
    if (this.#isClosed) return;
    this.#timer = setTimeout(() => {
      this.#start = this.#startAgain(start);
    }, RESTART_AFTER_MS);
  }

  async #startAgain(start: number): Promise<void> {
    this.#enter('starting');
    try {
      await this.#parts.restart();
      this.#watch();
      this.#enter('running');
    } catch (error) {
      this.#enter('dead');
      if (start < MAX_STARTS) this.#startSoon(start + 1);
      else this.#parts.deaths.report(`${this.name} does not start again: ${String(error)}`);
    }
  }

  /** A process that gives up because it is broken is started again as well; any other exit ends the city. */
  #watch(): void {
    this.#parts.deaths.watch(this.#parts.child(), () => {
      if (this.#state !== 'frozen' && this.#state !== 'cut') return false;
      clearTimeout(this.#timer);
      this.#died();
      return true;
    });
  }

  #enter(state: CityProcessState): void {
    this.#state = state;
    this.#sinceMs = Date.now();
  }
}
