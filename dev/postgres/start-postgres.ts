import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { grantBackup, prepareBackupDirectory } from '../../ops/backup/backup-directory.ts';
import { archiveSettings } from '../../ops/backup/wal-archive.ts';
import { freePort } from '../network/free-port.ts';
import { until } from '../process/until.ts';
import { findBinaries } from './binaries.ts';
import { PostgresCluster } from './cluster.ts';
import { PostgresNode } from './postgres-node.ts';
import { query } from '../../ops/postgres/query.ts';
import { ReplicationLines } from './replication-lines.ts';
import { postgresUser, type RunAs } from '../../ops/postgres/run-as.ts';
import { tlsSettings, type TlsFiles } from './tls-settings.ts';
import { dataDirectoryOf, initialise, type ServerSpec } from './server.ts';

const SYNC_TIMEOUT_MS = 15_000;

export interface PostgresOptions {
  /**
   * Directory for data and logs. It must exist, and if this process is root, other users must be able to traverse it.
   */
  directory: string;
  /** Number of hot standbys, 0 to 2; 1 by default. One of them confirms each commit. */
  standbys?: number;
  /**
   * False: a commit is acknowledged before any standby has it, so that a failover can lose it. For a test that
   * detects such a loss.
   */
  synchronous?: boolean;
  /** Port of the first primary; any free one by default. */
  port?: number;
  /** Whether standbys reach the other servers over severable lines (`Postgres.lines`). */
  severable?: boolean;
  /**
   * Directory of the WAL archive, for `npm run backup`; absent: no archive. It must not contain another cluster's
   * archive.
   */
  backupDirectory?: string;
  /** Makes its servers take connections over TLS only; plain by default. */
  tls?: TlsFiles;
}

export type Postgres = PostgresCluster;

/** Starts a primary with hot standbys; resolves when a standby confirms commits. */
export async function startPostgres(options: PostgresOptions): Promise<Postgres> {
  const specs = await describeServers(options);
  const password = randomBytes(18).toString('hex');
  const cluster = new PostgresCluster({
    nodes: specs.map((spec, index) => new PostgresNode(spec, index === 0 ? 'primary' : 'standby')),
    password,
    isSynchronous: options.synchronous ?? true,
    lines: options.severable === true ? await ReplicationLines.between(specs) : undefined,
  });
  try {
    await initialise(cluster.primary.spec, password);
    await cluster.primary.restart();
    for (const standby of cluster.standbys) await cluster.rebuild(standby);
    await untilFollowed(cluster);
    if (options.backupDirectory !== undefined)
      await grantBackup(options.backupDirectory, cluster.urls('postgres'), cluster.primary.spec.binaries);
    return cluster;
  } catch (error) {
    await cluster.stop();
    throw error;
  }
}

async function describeServers(options: PostgresOptions): Promise<ServerSpec[]> {
  const user = await postgresUser();
  const binaries = await findBinaries(user);
  const settings = {
    ...(await archiving(options.backupDirectory, user)),
    ...(options.tls !== undefined && (await tlsSettings(options.tls, options.directory, user))),
  };
  const specs: ServerSpec[] = [];
  for (let number = 1; number <= 1 + (options.standbys ?? 1); number += 1) {
    const name = `postgres_${number}`;
    specs.push({
      name,
      binaries,
      user,
      dataDirectory: dataDirectoryOf(options.directory, name),
      logFile: join(options.directory, `${name}.log`),
      port: (number === 1 ? options.port : undefined) ?? (await freePort()),
      settings,
      caFile: options.tls?.caFile,
    });
  }
  return specs;
}

async function archiving(path: string | undefined, user: RunAs): Promise<Record<string, string>> {
  if (path === undefined) return {};
  await prepareBackupDirectory(path, user);
  return archiveSettings(path);
}

/**
 * Makes replication synchronous, if requested: from then on a commit is acknowledged after one standby has it on disk
 * too.
 */
async function untilFollowed(cluster: PostgresCluster): Promise<void> {
  const count = cluster.standbys.length;
  if (count === 0) return;
  await untilStreaming(cluster.primaryUrl, 'streaming', count);
  await cluster.makeSynchronous(cluster.primary);
  if (cluster.isSynchronous) await untilStreaming(cluster.primaryUrl, 'quorum', count);
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
