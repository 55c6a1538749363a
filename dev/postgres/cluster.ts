import { escapeIdentifier, escapeLiteral } from 'pg';
import { LOOPBACK } from '../network/free-port.ts';
import type { PostgresNode } from './postgres-node.ts';
import { query } from '../../ops/postgres/query.ts';
import type { ReplicationLines } from './replication-lines.ts';
import { SUPERUSER } from '../../ops/postgres/local-server.ts';
import { urlOf } from './server.ts';
import { startStandby, type StandbySource } from './standby.ts';

/** To change a setting, which a server does at once or not at all. */
const PATIENCE = { connectMs: 2_000, statementMs: 2_000 };
/** Names the primary's setting takes as they are; also the names of logs and data directories. */
const SERVER_NAME = /^[a-z0-9_]+$/;

export interface ClusterParts {
  nodes: readonly PostgresNode[];
  password: string;
  isSynchronous: boolean;
  lines: ReplicationLines | undefined;
}

/** Servers of which one is the primary and the others follow it. */
export class PostgresCluster {
  readonly nodes: readonly PostgresNode[];
  /** Whether a commit is acknowledged only when one of the standbys has it on disk too. */
  readonly isSynchronous: boolean;
  /** Where asked for: the network between the servers, to be cut. */
  readonly lines: ReplicationLines | undefined;
  readonly #password: string;

  constructor({ nodes, password, isSynchronous, lines }: ClusterParts) {
    this.nodes = nodes;
    this.isSynchronous = isSynchronous;
    this.lines = lines;
    this.#password = password;
  }

  /** Of Postgres. */
  get version(): string {
    return this.primary.spec.binaries.version;
  }

  get primary(): PostgresNode {
    const primary = this.nodes.find(({ role }) => role === 'primary');
    if (primary === undefined) throw new Error('a cluster has a primary');
    return primary;
  }

  get standbys(): PostgresNode[] {
    return this.nodes.filter(({ role }) => role === 'standby');
  }

  /** The superuser's URL of the database `postgres` on the primary of this moment. */
  get primaryUrl(): string {
    return this.urlOf(this.primary);
  }

  /** The superuser's URL of a database on one of the servers. */
  urlOf(node: PostgresNode, database = 'postgres'): string {
    return urlOf(node.spec, this.#password, database);
  }

  /** For HAILGRID_POSTGRES_URLS: the given database on each server, the first primary first; the same for ever. */
  urls(database: string): string[] {
    return this.nodes.map((node) => this.urlOf(node, database));
  }

  /** From now on this one is meant to be the primary. */
  appoint(next: PostgresNode): void {
    for (const node of this.nodes) node.role = node === next ? 'primary' : 'standby';
  }

  /** Whom a server waits for when it is the primary: any one of the others. Empty: nobody. */
  synchronousNames(node: PostgresNode): string {
    const others = this.nodes.filter((other) => other !== node).map(({ name }) => name);
    if (!this.isSynchronous || others.length === 0) return '';
    return `ANY 1 (${others.filter((name) => SERVER_NAME.test(name)).join(', ')})`;
  }

  /** Makes it wait, as a primary, for one of the others; a standby takes it along to its promotion. */
  async makeSynchronous(node: PostgresNode): Promise<void> {
    await this.#set(node, 'synchronous_standby_names', this.synchronousNames(node));
  }

  /** Has a running standby follow the primary of this moment. */
  async follow(standby: PostgresNode): Promise<void> {
    await this.#set(standby, 'primary_conninfo', this.#connectionInfo(standby));
  }

  /** Has a running standby follow nobody, so that it confirms no commit from then on. */
  async followNobody(standby: PostgresNode): Promise<void> {
    await this.#set(standby, 'primary_conninfo', '');
  }

  /** What a standby is made from. */
  sourceOf(standby: PostgresNode): StandbySource {
    const { primary } = this;
    return {
      url: urlOf({ port: this.#portOf(standby) }, this.#password, 'postgres'),
      primary: primary.spec,
      settings: {
        primary_conninfo: this.#connectionInfo(standby),
        synchronous_standby_names: this.synchronousNames(standby),
      },
    };
  }

  /** Makes a standby that is down anew, from a copy of the primary. */
  async rebuild(standby: PostgresNode, signal?: AbortSignal): Promise<void> {
    await standby.startBy(() => startStandby(standby.spec, this.sourceOf(standby), signal));
  }

  /** Fast shutdown of primary and standbys. */
  async stop(): Promise<void> {
    // Standbys last: the primary's final commits still wait for one.
    for (const node of [this.primary, ...this.standbys]) await node.stop();
    this.lines?.close();
  }

  #connectionInfo(standby: PostgresNode): string {
    return [
      `host=${LOOPBACK} port=${this.#portOf(standby)} user=${SUPERUSER} password=${this.#password}`,
      `application_name=${standby.name}`,
    ].join(' ');
  }

  /** Of the primary, as this standby reaches it. */
  #portOf(standby: PostgresNode): number {
    return this.lines?.portBetween(standby.name, this.primary.name) ?? this.primary.spec.port;
  }

  async #set(node: PostgresNode, setting: string, value: string): Promise<void> {
    const url = this.urlOf(node);
    await query(url, `ALTER SYSTEM SET ${escapeIdentifier(setting)} = ${escapeLiteral(value)}`, PATIENCE);
    await query(url, 'SELECT pg_reload_conf()', PATIENCE);
  }
}
