import { createDatabase } from '../../dev/postgres/database.ts';
import { migrate } from '../../ops/migrate/migrations.ts';
import { promoteAlone } from '../../dev/postgres/promote-alone.ts';
import { query } from '../../ops/postgres/query.ts';
import { startPostgres, type Postgres } from '../../dev/postgres/start-postgres.ts';
import { temporaryDirectory, type TemporaryDirectory } from '../../dev/process/temporary-directory.ts';
import type { TestDatabase } from '../../dev/test-world/index.ts';

const DATABASE = 'hailgrid';

/** A primary with its synchronous standby for one test alone, which may break them. */
export class OwnCluster {
  readonly postgres: Postgres;
  readonly #directory: TemporaryDirectory;

  private constructor(postgres: Postgres, directory: TemporaryDirectory) {
    this.postgres = postgres;
    this.#directory = directory;
  }

  static async start(): Promise<OwnCluster> {
    const directory = temporaryDirectory('own-cluster');
    const cluster = new OwnCluster(await startPostgres({ directory: directory.path }), directory);
    await createDatabase(cluster.postgres.primaryUrl, DATABASE);
    await migrate(cluster.#urls()[0]);
    return cluster;
  }

  /** For `WorldOptions.database`; ends with the cluster. */
  get database(): TestDatabase {
    return { name: DATABASE, url: this.#urls()[0], urls: this.#urls(), drop: () => Promise.resolve() };
  }

  /** The standby keeps receiving, but replays nothing. */
  async pauseReplay(): Promise<void> {
    await query(this.#urls()[1], 'SELECT pg_wal_replay_pause()');
  }

  async resumeReplay(): Promise<void> {
    await query(this.#urls()[1], 'SELECT pg_wal_replay_resume()');
  }

  async killPrimary(): Promise<void> {
    await this.postgres.nodes[0]?.server.kill();
  }

  async promoteStandby(): Promise<void> {
    await promoteAlone(this.#urls()[1]);
  }

  async stop(): Promise<void> {
    await this.postgres.stop();
    this.#directory.remove();
  }

  #urls(): [string, string] {
    return this.postgres.urls(DATABASE) as [string, string];
  }
}
