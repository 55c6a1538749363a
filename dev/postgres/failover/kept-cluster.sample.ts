import { Client } from 'pg';
import { temporaryDirectory } from '../../process/temporary-directory.ts';
import { until } from '../../process/until.ts';
import type { PostgresNode } from '../postgres-node.ts';
import { query } from '../../../ops/postgres/query.ts';
import { startPostgres, type Postgres, type PostgresOptions } from '../start-postgres.ts';
import type { FailoverTrace } from './failover-trace.ts';
import { keepPostgres, type KeeperOptions, type PostgresKeeper } from './keep-postgres.ts';

/** Much more than it takes; a test is no measurement. */
const LIMIT_MS = 45_000;
/** Some tests wait for several things, and servers are started in each. */
export const TEST_LIMIT_MS = 150_000;
export const WAIT = { timeout: LIMIT_MS, interval: 50 };
const WRITERS = 8;

/** A cluster under a keeper, with a table of facts, and those who write into it. */
export class KeptCluster {
  readonly postgres: Postgres;
  readonly keeper: PostgresKeeper;
  readonly #directory: ReturnType<typeof temporaryDirectory>;

  private constructor(
    directory: ReturnType<typeof temporaryDirectory>,
    postgres: Postgres,
    kept: KeeperOptions,
  ) {
    this.#directory = directory;
    this.postgres = postgres;
    this.keeper = keepPostgres(postgres, kept);
  }

  static async start(options: Partial<PostgresOptions> = {}, kept: KeeperOptions = {}): Promise<KeptCluster> {
    const directory = temporaryDirectory('keeper-test');
    const postgres = await startPostgres({ directory: directory.path, ...options });
    await query(postgres.primaryUrl, 'CREATE TABLE fact (id int PRIMARY KEY)');
    const cluster = new KeptCluster(directory, postgres, kept);
    await cluster.untilWhole(); // seen once, all standbys count
    return cluster;
  }

  async stop(): Promise<void> {
    await this.keeper.stop();
    await this.postgres.stop();
    this.#directory.remove();
  }

  async untilWhole(): Promise<void> {
    await until(
      () => this.keeper.isWhole,
      LIMIT_MS,
      () => 'the cluster was not whole',
    );
  }

  /** Of the failover so numbered, when the cluster is whole again after it. */
  recovered(number = 1): Promise<FailoverTrace> {
    return this.#reached(number, 'rejoinedAtMs');
  }

  /** Of the failover so numbered, when there is a new primary. */
  promoted(number = 1): Promise<FailoverTrace> {
    return this.#reached(number, 'promotedAtMs');
  }

  async #reached(number: number, step: 'promotedAtMs' | 'rejoinedAtMs'): Promise<FailoverTrace> {
    let trace: FailoverTrace | undefined;
    const isReached = (): boolean => {
      trace = this.keeper.failovers.findLast((one, index) => index >= number - 1 && one[step] !== undefined);
      return trace !== undefined;
    };
    const failure = (): string => `no ${step} in ${JSON.stringify(this.keeper.failovers)}`;
    await until(isReached, LIMIT_MS, failure);
    return trace ?? raise(failure());
  }

  /** What a standby has confirmed it may replay a little later. */
  async untilOn(node: PostgresNode, facts: readonly number[]): Promise<void> {
    let seen: number[] = [];
    const areThere = async (): Promise<boolean> => {
      seen = await this.facts(node).catch(() => []); // it may not be up yet
      return JSON.stringify(seen) === JSON.stringify(facts);
    };
    await until(areThere, LIMIT_MS, () => `${node.name} has ${seen.join(', ')} and not ${facts.join(', ')}`);
  }

  /** One commit, acknowledged when this resolves. */
  async write(id: number): Promise<void> {
    await query(this.postgres.primaryUrl, `INSERT INTO fact VALUES (${id})`);
  }

  async facts(node = this.postgres.primary): Promise<number[]> {
    const rows = await query<{ id: number }>(this.postgres.urlOf(node), 'SELECT id FROM fact ORDER BY id');
    return rows.map(({ id }) => id);
  }

  async missing(acknowledged: readonly number[]): Promise<number[]> {
    const facts = new Set(await this.facts());
    return acknowledged.filter((id) => !facts.has(id));
  }

  /** Inserts one row after another over several sessions until these break; tells which commits were acknowledged. */
  writers(): { acknowledged: number[]; ended: Promise<unknown> } {
    const url = this.postgres.primaryUrl;
    const acknowledged: number[] = [];
    let next = 0;
    const write = async (): Promise<never> => {
      const client = new Client({ connectionString: url });
      client.on('error', () => undefined);
      await client.connect();
      for (;;) {
        const id = (next += 1);
        await client.query('INSERT INTO fact VALUES ($1)', [id]);
        acknowledged.push(id);
      }
    };
    return { acknowledged, ended: Promise.allSettled(Array.from({ length: WRITERS }, write)) };
  }
}

function raise(message: string): never {
  throw new Error(message);
}
