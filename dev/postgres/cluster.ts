import { escapeIdentifier, escapeLiteral } from 'pg';
import { LOOPBACK } from '../network/free-port.ts';
import type { PostgresNode } from './postgres-node.ts';
import { query } from '../../ops/postgres/query.ts';
import type { ReplicationLines } from './replication-lines.ts';
import { SUPERUSER } from '../../ops/postgres/local-server.ts';
import { urlOf } from './server.ts';
import { startStandby, type StandbySource } from './standby.ts';

/** Time limits for changing a setting, which a live server does at once. */
const PATIENCE = { connectMs: 2_000, statementMs: 2_000 };
/** Server names that `synchronous_standby_names` accepts unquoted; also the names of logs and data directories. */
const SERVER_NAME = /^[a-z0-9_]+$/;

export interface ClusterParts {
  nodes: readonly PostgresNode[];
  password: string;
  isSynchronous: boolean;
  lines: ReplicationLines | undefined;
}

/** A primary and the standbys that follow it. */
export class PostgresCluster {
  readonly nodes: readonly PostgresNode[];
  /** Whether a commit is acknowledged only after one standby has it on disk too. */
  readonly isSynchronous: boolean;
  /** The severable network between the servers, if requested. */
  readonly lines: ReplicationLines | undefined;
  readonly #password: string;

  constructor({ nodes, password, isSynchronous, lines }: ClusterParts) {
    this.nodes = nodes;
    this.isSynchronous = isSynchronous;
    this.lines = lines;
    this.#password = password;
  }

  /** Version of Postgres. */
  get version(): string {
    return this.primary.spec.binaries.version;
  }

  get primary(): PostgresNode {
    const primary = this.nodes.find(({ role }) => role === 'primary');
    if (primary === undefined) throw new Error('the cluster has no primary');
    return primary;
  }

  get standbys(): PostgresNode[] {
    return this.nodes.filter(({ role }) => role === 'standby');
  }

  /** The superuser's URL of the database `postgres` on the current primary. */
  get primaryUrl(): string {
    return this.urlOf(this.primary);
  }

  /** The superuser's URL of a database on one of the servers. */
  urlOf(node: PostgresNode, database = 'postgres'): string {
    return urlOf(node.spec, this.#password, database);
  }

  /** For HAILGRID_POSTGRES_URLS: the given database on each server, the initial primary first. Never changes. */
  urls(database: string): string[] {
    return this.nodes.map((node) => this.urlOf(node, database));
  }

  /** Makes this server the intended primary. */
  appoint(next: PostgresNode): void {
    for (const node of this.nodes) node.role = node === next ? 'primary' : 'standby';
  }

  /** The `synchronous_standby_names` of a server as primary: any one of the others. Empty: commits wait for none. */
  synchronousNames(node: PostgresNode): string {
    const others = this.nodes.filter((other) => other !== node).map(({ name }) => name);
    if (!this.isSynchronous || others.length === 0) return '';
    return `ANY 1 (${others.filter((name) => SERVER_NAME.test(name)).join(', ')})`;
  }

  /** Makes the server's commits wait for a standby; on a standby the setting applies from its promotion. */
  async makeSynchronous(node: PostgresNode): Promise<void> {
    await this.#set(node, 'synchronous_standby_names', this.synchronousNames(node));
  }

  /** Makes a running standby follow the current primary. */
  async follow(standby: PostgresNode): Promise<void> {
    await this.#set(standby, 'primary_conninfo', this.#connectionInfo(standby));
  }

  /** Disconnects a running standby from any primary, so that it confirms no further commit. */
  async followNobody(standby: PostgresNode): Promise<void> {
    await this.#set(standby, 'primary_conninfo', '');
  }

  /** The source of a standby's base copy. */
  sourceOf(standby: PostgresNode): StandbySource {
    const { primary } = this;
    return {
      url: urlOf({ port: this.#portOf(standby), caFile: primary.spec.caFile }, this.#password, 'postgres'),
      primary: primary.spec,
      settings: {
        primary_conninfo: this.#connectionInfo(standby),
        synchronous_standby_names: this.synchronousNames(standby),
      },
    };
  }

  /** Rebuilds a stopped standby from a copy of the primary. */
  async rebuild(standby: PostgresNode, signal?: AbortSignal): Promise<void> {
    await standby.startBy(() => startStandby(standby.spec, this.sourceOf(standby), signal));
  }

  /** Fast shutdown of primary and standbys. */
  async stop(): Promise<void> {
    // Standbys last: the primary's final commits wait for one.
    for (const node of [this.primary, ...this.standbys]) await node.stop();
    this.lines?.close();
  }

  #connectionInfo(standby: PostgresNode): string {
    const { caFile } = this.primary.spec;
    return [
      `host=${LOOPBACK} port=${this.#portOf(standby)} user=${SUPERUSER} password=${this.#password}`,
      `application_name=${standby.name}`,
      // No client certificate: libpq would look for one in the home of the user who runs the tests.
      ...(caFile === undefined ? [] : [`sslmode=verify-full sslrootcert=${caFile} sslcert=none`]),
    ].join(' ');
  }

  /** Port of the primary as this standby reaches it. */
  #portOf(standby: PostgresNode): number {
    return this.lines?.portBetween(standby.name, this.primary.name) ?? this.primary.spec.port;
  }

  async #set(node: PostgresNode, setting: string, value: string): Promise<void> {
    const url = this.urlOf(node);
    await query(url, `ALTER SYSTEM SET ${escapeIdentifier(setting)} = ${escapeLiteral(value)}`, PATIENCE);
    await query(url, 'SELECT pg_reload_conf()', PATIENCE);
  }
}
