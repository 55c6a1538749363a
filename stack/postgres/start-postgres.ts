import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { freePort } from '../network/free-port.ts';
import type { SupervisedChild } from '../process/supervised-child.ts';
import { until } from '../process/until.ts';
import { findBinaries } from './binaries.ts';
import { query } from './query.ts';
import { postgresUser } from './run-as.ts';
import { dataDirectoryOf, initialise, startServer, urlOf, type ServerSpec } from './server.ts';
import { startStandby } from './standby.ts';

const SYNC_TIMEOUT_MS = 15_000;
/** Names the primary's setting takes as they are; also the names of logs and data directories. */
const STANDBY_NAME = /^[a-z0-9_]+$/;

export interface PostgresOptions {
  /** Where data and logs go; it must exist, and others must be able to pass through it when we are root. */
  directory: string;
  /** Hot standbys; one of them confirms each commit. 1 unless said otherwise, 0 to 2. */
  standbys?: number;
  /** Port of the primary; any free one unless said otherwise. */
  port?: number;
}

export interface PostgresNode {
  readonly spec: ServerSpec;
  readonly server: SupervisedChild;
  /** Starts it again over its data after it was stopped or killed. */
  restart(): Promise<void>;
}

export interface Postgres {
  readonly version: string;
  readonly nodes: readonly PostgresNode[];
  /** The superuser's URL of the database `postgres` on the first primary. */
  readonly primaryUrl: string;
  /** For HAILGRID_POSTGRES_URLS: the given database on the first primary and on each standby. */
  urls(database: string): string[];
  /** Fast shutdown of standbys and primary. */
  stop(): Promise<void>;
}

/** Starts a primary with synchronous hot standbys; resolves when a commit is confirmed by a standby. */
export async function startPostgres(options: PostgresOptions): Promise<Postgres> {
  const user = await postgresUser();
  const binaries = await findBinaries(user);
  const password = randomBytes(18).toString('hex');
  const nodes: RestartableNode[] = [];
  const specFor = async (name: string, port?: number): Promise<ServerSpec> => ({
    name,
    binaries,
    user,
    dataDirectory: dataDirectoryOf(options.directory, name),
    logFile: join(options.directory, `${name}.log`),
    port: port ?? (await freePort()),
  });

  const stop = async () => {
    // Standbys last: the primary's final commits still wait for one.
    for (const node of nodes) await node.server.stop();
  };
  try {
    const primary = await specFor('postgres_primary', options.port);
    await initialise(primary, password);
    nodes.push(restartable(primary, await startServer(primary)));
    const primaryUrl = urlOf(primary, password, 'postgres');
    for (let index = 1; index <= (options.standbys ?? 1); index += 1) {
      const standby = await specFor(`postgres_standby_${index}`);
      nodes.push(restartable(standby, await startStandby(primary, standby, password)));
    }
    await makeSynchronous(
      primaryUrl,
      nodes.slice(1).map((node) => node.spec.name),
    );
    return {
      version: binaries.version,
      nodes,
      primaryUrl,
      urls: (database) => nodes.map((node) => urlOf(node.spec, password, database)),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

interface RestartableNode extends PostgresNode {
  server: SupervisedChild;
}

function restartable(spec: ServerSpec, server: SupervisedChild): RestartableNode {
  const node: RestartableNode = {
    spec,
    server,
    restart: async () => {
      if (node.server.isRunning()) throw new Error(`${spec.name} runs already`);
      node.server = await startServer(spec);
    },
  };
  return node;
}

/** From here on a commit is acknowledged only when one of the standbys has it on disk too. */
async function makeSynchronous(primaryUrl: string, standbys: readonly string[]): Promise<void> {
  if (standbys.length === 0) return;
  await untilStreaming(primaryUrl, 'streaming', standbys.length);
  const names = standbys.filter((name) => STANDBY_NAME.test(name)).join(', ');
  await query(primaryUrl, `ALTER SYSTEM SET synchronous_standby_names = 'ANY 1 (${names})'`);
  await query(primaryUrl, 'SELECT pg_reload_conf()');
  await untilStreaming(primaryUrl, 'quorum', standbys.length);
}

async function untilStreaming(
  primaryUrl: string,
  state: 'streaming' | 'quorum',
  count: number,
): Promise<void> {
  let reached = 0;
  const haveReached = async (): Promise<boolean> => {
    const rows = await query<{ state: string; sync_state: string }>(
      primaryUrl,
      'SELECT state, sync_state FROM pg_stat_replication',
    );
    reached = rows.filter((row) => (state === 'quorum' ? row.sync_state : row.state) === state).length;
    return reached >= count;
  };
  await until(haveReached, SYNC_TIMEOUT_MS, () => `of ${count} standbys ${reached} reached "${state}"`);
}
