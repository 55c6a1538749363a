import type { PostgresCluster } from '../cluster.ts';
import type { PostgresNode } from '../postgres-node.ts';
import { READY } from '../server.ts';
import { lastLines } from '../../process/log-file.ts';
import { askServer } from './ask-server.ts';
import type { KeeperEvent } from './failover-trace.ts';
import { afterAnswer, isLost, UNBROKEN, type Silence } from './silence.ts';

/** Log lines of a standby whose WAL has diverged from the primary's, or whose needed WAL the primary has removed. */
const CANNOT_FOLLOW =
  /has already been removed|is not in this server's history|forked off|ahead of the WAL flush position/;
/** Number of log lines searched; the standby repeats the line with each attempt. */
const LINES_LOOKED_AT = 30;
/** Delay after a failed repair, so that a full disk does not cause a busy loop. */
const RETRY_MS = 2_000;
/** Interval at which a live standby that does not follow gets the primary's address again: it may have missed it. */
const FOLLOW_AGAIN_MS = 2_000;

type Repair = 'restart' | 'rebuild';

interface StandbyState {
  silence: Silence;
  needsRebuild: boolean;
  retryAtMs: number;
  isBeingAsked: boolean;
  followedAtMs: number;
  repair?: { readonly done: Promise<void>; readonly abort: AbortController };
}

/** Repairs standbys: restarts one that is down, rebuilds one that cannot follow. */
export class StandbyCare {
  readonly #cluster: PostgresCluster;
  readonly #emit: (event: KeeperEvent) => void;
  readonly #states = new Map<PostgresNode, StandbyState>();
  /** Number of calls to `breakOff`; a check from before the latest call has no effect. */
  #aborts = 0;
  /** Names of the standbys that have followed the current primary with their current data. */
  readonly followers = new Set<string>();

  constructor(cluster: PostgresCluster, emit: (event: KeeperEvent) => void) {
    this.#cluster = cluster;
    this.#emit = emit;
  }

  /** Checks each standby that does not follow the primary now. */
  attend(streaming: ReadonlySet<string>): void {
    for (const standby of this.#cluster.standbys) {
      const state = this.#stateOf(standby);
      if (state.repair !== undefined || state.isBeingAsked) continue;
      if (!streaming.has(standby.name)) {
        this.#check(standby, state);
        continue;
      }
      this.followers.add(standby.name);
      this.#states.delete(standby);
    }
  }

  /** Marks the former primary for a rebuild: its WAL may have diverged. */
  giveUpDataOf(node: PostgresNode): void {
    this.#stateOf(node).needsRebuild = true;
  }

  /** Aborts all repairs; resolves when they have ended. */
  async breakOff(): Promise<void> {
    this.#aborts += 1;
    const repairs = [...this.#states.values()].flatMap(({ repair }) => repair ?? []);
    for (const { abort } of repairs) abort.abort();
    await Promise.all(repairs.map(({ done }) => done));
  }

  #check(standby: PostgresNode, state: StandbyState): void {
    if (Date.now() < state.retryAtMs) return;
    if (state.needsRebuild) return this.#startRepair(standby, state, 'rebuild');
    if (!standby.server.isRunning()) return this.#startRepair(standby, state, 'restart');
    state.isBeingAsked = true;
    void this.#ask(standby, state).finally(() => (state.isBeingAsked = false));
  }

  async #ask(standby: PostgresNode, state: StandbyState): Promise<void> {
    const abortsBefore = this.#aborts;
    const { answer } = await askServer(this.#cluster.urlOf(standby));
    if (this.#aborts !== abortsBefore) return;
    state.silence = afterAnswer(state.silence, answer);
    if (isLost(state.silence)) this.#startRepair(standby, state, 'restart');
    else if (answer === 'well' && cannotFollow(standby)) this.#startRepair(standby, state, 'rebuild');
    else if (answer === 'well') await this.#followAgain(standby, state);
  }

  async #followAgain(standby: PostgresNode, state: StandbyState): Promise<void> {
    if (Date.now() - state.followedAtMs < FOLLOW_AGAIN_MS) return;
    state.followedAtMs = Date.now();
    await this.#cluster.follow(standby).catch(() => undefined); // the next check detects a failure
  }

  #startRepair(standby: PostgresNode, state: StandbyState, kind: Repair): void {
    if (kind === 'rebuild') state.needsRebuild = true; // until it is done: a partial copy is useless
    const abort = new AbortController();
    state.repair = { abort, done: this.#runRepair(standby, state, kind, abort.signal) };
  }

  async #runRepair(
    standby: PostgresNode,
    state: StandbyState,
    kind: Repair,
    signal: AbortSignal,
  ): Promise<void> {
    try {
      await this.#repair(standby, kind, signal);
      state.needsRebuild = false;
      this.#emit({
        kind: kind === 'restart' ? 'standby_restarted' : 'standby_rebuilt',
        standby: standby.name,
      });
    } catch (error) {
      if (signal.aborted) return;
      state.needsRebuild = true; // a standby that does not restart is rebuilt
      state.retryAtMs = Date.now() + RETRY_MS;
      this.#emit({ kind: 'standby_failed', standby: standby.name, detail: String(error) });
    } finally {
      state.silence = UNBROKEN;
      delete state.repair;
    }
  }

  async #repair(standby: PostgresNode, kind: Repair, signal: AbortSignal): Promise<void> {
    await standby.fence();
    signal.throwIfAborted();
    if (kind === 'restart') {
      await standby.restart(signal);
      return this.#cluster.follow(standby);
    }
    this.followers.delete(standby.name);
    await this.#cluster.rebuild(standby, signal);
  }

  #stateOf(node: PostgresNode): StandbyState {
    const known = this.#states.get(node);
    if (known !== undefined) return known;
    const state = {
      silence: UNBROKEN,
      needsRebuild: false,
      retryAtMs: 0,
      isBeingAsked: false,
      followedAtMs: Date.now(),
    };
    this.#states.set(node, state);
    return state;
  }
}

/** Decides by the log lines since the standby was last ready. */
function cannotFollow(standby: PostgresNode): boolean {
  const lines = lastLines(standby.server.logFile, LINES_LOOKED_AT);
  const readyAt = lines.findLastIndex((line) => line.includes(READY));
  return lines.slice(readyAt + 1).some((line) => CANNOT_FOLLOW.test(line));
}
