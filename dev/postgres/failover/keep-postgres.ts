import type { PostgresCluster } from '../cluster.ts';
import { query } from '../../../ops/postgres/query.ts';
import type { SupervisedChild } from '../../process/supervised-child.ts';
import { askServer } from './ask-server.ts';
import { failOver, type Choice } from './fail-over.ts';
import type { FailoverTrace, KeeperEvent } from './failover-trace.ts';
import { afterAnswer, isLost, UNBROKEN } from './silence.ts';
import { StandbyCare } from './standby-care.ts';

/** Interval between checks of the cluster; the exit of a process triggers one at once. */
const CHECK_INTERVAL_MS = 500;
/** Interval while the cluster is not whole, so that the return of a standby is noticed soon. */
const EAGER_CHECK_INTERVAL_MS = 100;
/** Delay after a failed failover. */
const RETRY_MS = 1_000;
/** Writes to the WAL only. A commit that writes nothing would not wait for a standby. */
const TRIAL_COMMIT = "SELECT pg_logical_emit_message(true, 'hailgrid', 'trial')";
/** Time limits of the trial commit, since a commit waits for a standby without a limit. */
const TRIAL_PATIENCE = { connectMs: 2_000, statementMs: 120_000 };

export interface KeeperOptions {
  onEvent?: (event: KeeperEvent) => void;
  /** For tests that show the effect of a worse choice. */
  choose?: Choice;
}

/** Starts a {@link PostgresKeeper}. */
export function keepPostgres(cluster: PostgresCluster, options: KeeperOptions = {}): PostgresKeeper {
  return new PostgresKeeper(cluster, options);
}

/**
 * Keeps a cluster able to commit: replaces a primary that has exited or is silent, repairs standbys, and records each
 * failover. Does nothing while paused.
 */
export class PostgresKeeper {
  /** Oldest first; the last one may be in progress. */
  readonly failovers: FailoverTrace[] = [];
  readonly #cluster: PostgresCluster;
  readonly #options: KeeperOptions;
  readonly #care: StandbyCare;
  readonly #watched = new WeakSet<SupervisedChild>();
  #silence = UNBROKEN;
  #isWhole = false;
  #isPaused = false;
  #isStopped = false;
  /** True if a process has exited since the last check began. */
  #isWoken = false;
  #endRest: () => void = () => undefined;
  #check: Promise<void> = Promise.resolve();
  readonly #loop: Promise<void>;

  constructor(cluster: PostgresCluster, options: KeeperOptions) {
    this.#cluster = cluster;
    this.#options = options;
    this.#care = new StandbyCare(cluster, (event) => {
      this.#emit(event);
      this.#wake();
    });
    this.#loop = this.#keep();
  }

  /** Whether at the last check all standbys followed the primary. */
  get isWhole(): boolean {
    return this.#isWhole;
  }

  /** Resolves when no check or repair is in progress. */
  async pause(): Promise<void> {
    this.#isPaused = true;
    await this.#check;
    await this.#care.breakOff();
  }

  resume(): void {
    this.#isPaused = false;
    this.#silence = UNBROKEN;
    this.#wake();
  }

  /** Stops the keeper, not the servers. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#wake();
    await this.#care.breakOff();
    await this.#loop;
    await this.#care.breakOff();
  }

  async #keep(): Promise<void> {
    while (!this.#isStopped) {
      this.#isWoken = false;
      if (!this.#isPaused) {
        this.#check = this.#checkOnce();
        await this.#check;
      }
      await this.#rest(
        this.#isWhole && this.#silence.silent === 0 ? CHECK_INTERVAL_MS : EAGER_CHECK_INTERVAL_MS,
      );
    }
  }

  async #checkOnce(): Promise<void> {
    const { primary } = this.#cluster;
    this.#watchExits();
    this.#isWhole &&= this.#cluster.nodes.every(({ server }) => server.isRunning());
    if (!primary.server.isRunning()) return this.#replacePrimary('ended');
    const { answer, isStandby, streaming } = await askServer(this.#cluster.primaryUrl);
    // An appointed server that is still a standby is not promoted yet.
    this.#silence = afterAnswer(this.#silence, isStandby ? 'starting' : answer);
    if (!primary.server.isRunning()) return this.#replacePrimary('ended');
    if (isLost(this.#silence)) return this.#replacePrimary('silent');
    if (answer !== 'well') return;
    this.#care.attend(streaming);
    this.#isWhole = this.#cluster.standbys.every(({ name }) => streaming.has(name));
    if (this.#isWhole) this.#noteWhole();
  }

  async #replacePrimary(cause: FailoverTrace['cause']): Promise<void> {
    const lost = this.#cluster.primary;
    const trace: FailoverTrace = { failed: lost.name, cause, detectedAtMs: Date.now() };
    this.failovers.push(trace);
    this.#isWhole = false;
    this.#emit({ kind: 'lost', trace });
    this.#silence = UNBROKEN;
    try {
      await this.#care.breakOff();
      await failOver(this.#cluster, this.#care.followers, trace, this.#options.choose);
    } catch (error) {
      trace.error = String(error);
      this.#emit({ kind: 'failed', trace });
      await this.#rest(RETRY_MS);
    } finally {
      this.#forget(lost.name);
    }
    if (trace.promotedAtMs === undefined) return;
    this.#emit({ kind: 'promoted', trace });
    void this.#tryCommit(trace);
  }

  /**
   * A new primary starts a new timeline: its followers must be observed again, and the lost primary needs a rebuild.
   */
  #forget(lost: string): void {
    if (this.#cluster.primary.name === lost) return;
    this.#care.followers.clear();
    const old = this.#cluster.standbys.find(({ name }) => name === lost);
    if (old !== undefined) this.#care.giveUpDataOf(old);
  }

  /** Makes a trial commit, which waits for a standby as every commit does. */
  async #tryCommit(trace: FailoverTrace): Promise<void> {
    try {
      await query(this.#cluster.primaryUrl, TRIAL_COMMIT, TRIAL_PATIENCE);
      trace.writableAtMs = Date.now();
      this.#emit({ kind: 'writable', trace });
    } catch {
      // The new primary was lost too; the next trace records that.
    }
  }

  #noteWhole(): void {
    const trace = this.failovers.at(-1);
    if (trace?.promotedAtMs === undefined || trace.rejoinedAtMs !== undefined) return;
    trace.rejoinedAtMs = Date.now();
    this.#emit({ kind: 'whole', trace });
  }

  #watchExits(): void {
    for (const { server } of this.#cluster.nodes) {
      if (this.#watched.has(server)) continue;
      this.#watched.add(server);
      void server.exited.then(() => this.#wake());
    }
  }

  #rest(ms: number): Promise<void> {
    if (this.#isWoken || this.#isStopped) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#endRest = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #wake(): void {
    this.#isWoken = true;
    this.#endRest();
  }

  #emit(event: KeeperEvent): void {
    this.#options.onEvent?.(event);
  }
}
