import { setTimeout as sleep } from 'node:timers/promises';
import type { HostState, Position } from './host-state.ts';
import { HostWatch } from './host-watch.ts';
import { PositionLog } from './position-log.ts';
import { settlesWithin } from './retry-within.ts';
import type { UrlNow } from './url-now.ts';

/** How often each server is asked for its state. */
const WATCH_INTERVAL_MS = 250;
/** How long a server's answer counts; after that the server counts as silent. */
const STATE_LIFE_MS = 2_000;
/** How long to wait between two looks at a standby that is behind. */
const REPLAY_PAUSE_MS = 5;

/** A server with its last state. */
export interface HeardHost {
  readonly url: string;
  readonly state: HostState;
}

/** Called whenever a server has answered. */
export type HostListener = (host: HeardHost) => void;

/** Polls every server of the cluster for its role and its position in the log. */
export class ClusterWatch {
  readonly #hosts: readonly HostWatch[];
  readonly #log = new PositionLog();
  readonly #listeners = new Set<HostListener>();
  readonly #closing = new AbortController();

  constructor(urls: readonly string[], applicationName: string, urlNow?: UrlNow) {
    this.#hosts = urls.map((url) => new HostWatch(url, applicationName, urlNow));
    for (const host of this.#hosts) void this.#follow(host);
  }

  onHeard(listener: HostListener): void {
    this.#listeners.add(listener);
  }

  /** The server that takes writes; of two that claim to, the one promoted later. */
  primary(): HeardHost | undefined {
    const claims = this.#heard().filter(({ state }) => state.role === 'primary');
    return claims.toSorted((a, b) => timelineOf(b) - timelineOf(a))[0];
  }

  /** The standbys, in no order; those of another timeline than a known primary are left out. */
  standbys(): HeardHost[] {
    const primary = this.primary();
    return this.#heard().filter(({ state: { role, timeline } }) => {
      if (role !== 'standby') return false;
      return primary === undefined || timeline === null || timeline === primary.state.timeline;
    });
  }

  /** Upper bound of how stale a read from this server is. */
  stalenessMs({ state }: HeardHost): number {
    return this.#log.stalenessMs(state.readableTo, performance.now());
  }

  /** Staleness of the standbys by host and port, without those whose staleness is unknown. */
  standbyAgesS(): Map<string, number> {
    const ages = this.standbys().map(
      (host) => [new URL(host.url).host, this.stalenessMs(host) / 1_000] as const,
    );
    return new Map(ages.filter(([, ageS]) => ageS < Infinity));
  }

  /**
   * Returns a log position that covers everything acknowledged before now. Asks the primary. Without its answer, takes the
   * highest position of the standbys if all answer, since each acknowledged commit is on the disk of one of them.
   * Undefined if neither succeeds in time.
   */
  async positionNow(limitMs: number): Promise<Position | undefined> {
    const primary = this.primary();
    const state = primary && (await this.#askWithin(primary.url, limitMs));
    if (typeof state?.writtenTo === 'number') return state.writtenTo;
    const standbys = this.standbys();
    if (standbys.length < this.#hosts.length - 1) return undefined;
    const states = await Promise.all(standbys.map(({ url }) => this.#askWithin(url, limitMs)));
    const positions = states.map((standby) => standby?.writtenTo);
    return positions.every((position) => typeof position === 'number') ? Math.max(...positions) : undefined;
  }

  /** Waits until the standby has replayed up to the position; false if it does not within the limit. */
  async reaches({ url, state }: HeardHost, position: Position, limitMs: number): Promise<boolean> {
    const endsAtMs = performance.now() + limitMs;
    let reached: HostState | undefined = state;
    while (reached !== undefined && reached.readableTo < position) {
      const leftMs = endsAtMs - performance.now();
      if (leftMs <= 0) return false;
      await sleep(REPLAY_PAUSE_MS);
      reached = await this.#askWithin(url, leftMs);
    }
    return reached !== undefined;
  }

  /** Drops the state of a server whose read failed, until it answers again. */
  forget(url: string): void {
    this.#hostOf(url).forget();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.all(this.#hosts.map((host) => host.close()));
  }

  #heard(): HeardHost[] {
    const oldestMs = performance.now() - STATE_LIFE_MS;
    return this.#hosts.flatMap(({ url, state }) =>
      state === undefined || state.askedAtMs < oldestMs ? [] : [{ url, state }],
    );
  }

  async #follow(host: HostWatch): Promise<void> {
    while (!this.#closing.signal.aborted) {
      await this.#ask(host).catch(() => undefined);
      await sleep(WATCH_INTERVAL_MS, undefined, { signal: this.#closing.signal, ref: false }).catch(
        () => undefined,
      );
    }
  }

  async #ask(host: HostWatch): Promise<HostState> {
    const state = await host.ask();
    if (state.role === 'primary' && state.writtenTo !== null)
      this.#log.note(state.timeline ?? 0, state.writtenTo, state.askedAtMs);
    for (const listener of this.#listeners) listener({ url: host.url, state });
    return state;
  }

  async #askWithin(url: string, limitMs: number): Promise<HostState | undefined> {
    const answer = this.#ask(this.#hostOf(url));
    return (await settlesWithin(answer, limitMs)) ? answer.catch(() => undefined) : undefined;
  }

  #hostOf(url: string): HostWatch {
    const host = this.#hosts.find((each) => each.url === url);
    if (host === undefined) throw new Error('no such host in the cluster');
    return host;
  }
}

function timelineOf({ state }: HeardHost): number {
  return state.timeline ?? 0;
}
