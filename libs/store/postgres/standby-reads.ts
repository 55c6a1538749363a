import type { QueryResultRow } from 'pg';
import type { ClusterWatch, HeardHost } from './cluster-watch.ts';
import type { Database, Queryable, Statement } from './database.ts';
import type { Position } from './host-state.ts';
import { ReaderPool } from './reader-pool.ts';
import { asAtStart, type UrlNow } from './url-now.ts';

/** How stale a read that may lag can be, while there is a primary that can answer it. */
const MAX_STALENESS_MS = 5_000;
/**
 * How far behind a standby may be to wait for its replay: one further behind would not reach the caller's own write in
 * time.
 */
const MAX_STALENESS_TO_WAIT_MS = 1_500;
/** How long the primary may take to report its log position. */
const POSITION_LIMIT_MS = 200;
/** How long to wait for a standby to replay up to that position before the primary is read. */
const REPLAY_LIMIT_MS = 200;

/** The server that answered: a standby within the bound; the primary; or, without a primary, a standby of any staleness. */
export type ReadFrom = 'standby' | 'primary' | 'old_standby';
export type ReadKind = 'up_to_date' | 'may_lag';

export interface StandbyReadsParts {
  watch: ClusterWatch;
  /** Connections to the primary for reads that no standby answers; writes have their own. */
  primary: Database;
  maxConnectionsPerHost: number;
  applicationName: string;
  /** The URL for each new connection; by default the one of the start. */
  urlNow?: UrlNow;
  onRead: (kind: ReadKind, from: ReadFrom) => void;
}

/**
 * Runs reads that no decision rests on: on a standby that is recent enough, else on the primary. A failing standby never
 * fails a read that the primary could answer, and without a primary the standbys still answer.
 */
export class StandbyReads {
  readonly #parts: StandbyReadsParts;
  readonly #pools = new Map<string, ReaderPool>();
  #turn = 0;

  constructor(parts: StandbyReadsParts) {
    this.#parts = parts;
  }

  /** Shows everything that was acknowledged to any caller before the read began. */
  readonly upToDate: Queryable = { rows: (statement) => this.#upToDate(statement) };

  /** May lag by {@link MAX_STALENESS_MS}; without a primary, by as much as the most recent standby. */
  readonly mayLag: Queryable = { rows: (statement) => this.#mayLag(statement) };

  async close(): Promise<void> {
    await this.#parts.watch.close();
    await this.#parts.primary.close();
    await Promise.all([...this.#pools.values()].map((pool) => pool.close()));
  }

  async #upToDate<R extends QueryResultRow>(statement: Statement): Promise<R[]> {
    const { primary, onRead } = this.#parts;
    const rows = await this.#fromReached<R>(statement);
    if (rows !== undefined) {
      onRead('up_to_date', 'standby');
      return rows;
    }
    const fromPrimary = await primary.rows<R>(statement);
    onRead('up_to_date', 'primary');
    return fromPrimary;
  }

  async #fromReached<R extends QueryResultRow>(statement: Statement): Promise<R[] | undefined> {
    const { watch } = this.#parts;
    const [standby] = this.#candidates(MAX_STALENESS_TO_WAIT_MS);
    if (standby === undefined) return undefined;
    const position = await watch.positionNow(POSITION_LIMIT_MS);
    if (position === undefined || !(await watch.reaches(standby, position, REPLAY_LIMIT_MS)))
      return undefined;
    return this.#tryEach<R>([standby], statement, position);
  }

  async #mayLag<R extends QueryResultRow>(statement: Statement): Promise<R[]> {
    const { watch, primary, onRead } = this.#parts;
    const from = watch.primary() === undefined ? 'old_standby' : 'standby';
    const rows = await this.#tryEach<R>(this.#candidates(MAX_STALENESS_MS), statement);
    if (rows !== undefined) {
      onRead('may_lag', from);
      return rows;
    }
    try {
      const fromPrimary = await primary.rows<R>(statement);
      onRead('may_lag', 'primary');
      return fromPrimary;
    } catch (error) {
      const old = await this.#tryEach<R>(furthestFirst(watch.standbys()), statement);
      if (old === undefined) throw error;
      onRead('may_lag', 'old_standby');
      return old;
    }
  }

  /** Standbys within the bound, in turn; without a primary, all of them. */
  #candidates(maxStalenessMs: number): HeardHost[] {
    const { watch } = this.#parts;
    const standbys = watch.standbys();
    if (watch.primary() === undefined) return furthestFirst(standbys);
    const near = standbys.filter((standby) => watch.stalenessMs(standby) <= maxStalenessMs);
    this.#turn += 1;
    const first = this.#turn % Math.max(near.length, 1);
    return [...near.slice(first), ...near.slice(0, first)];
  }

  async #tryEach<R extends QueryResultRow>(
    standbys: readonly HeardHost[],
    statement: Statement,
    atLeast?: Position,
  ): Promise<R[] | undefined> {
    for (const { url } of standbys) {
      try {
        return await this.#poolOf(url).rows<R>(statement, atLeast);
      } catch {
        // If the statement itself is wrong, the next server or the primary reports it.
        this.#parts.watch.forget(url);
      }
    }
    return undefined;
  }

  #poolOf(url: string): ReaderPool {
    const { maxConnectionsPerHost: maxConnections, applicationName, urlNow = asAtStart } = this.#parts;
    const pool = this.#pools.get(url) ?? new ReaderPool({ url, maxConnections, applicationName, urlNow });
    this.#pools.set(url, pool);
    return pool;
  }
}

/** A standby that has replayed more shows all that the others show. */
function furthestFirst(standbys: readonly HeardHost[]): HeardHost[] {
  return standbys.toSorted((a, b) => b.state.readableTo - a.state.readableTo);
}
