import { randomBytes } from 'node:crypto';
import { query } from '../../ops/postgres/query.ts';
import { until } from '../process/until.ts';
import { isWhole, leaderOf, membersBy, type Member } from './cluster-view.ts';
import type { PatroniPrograms } from './find-programs.ts';
import { databaseUrl, hostSpecs, PATRONI_USER, type Passwords } from './host-spec.ts';
import { PatroniHost } from './patroni-host.ts';
import { secureCall, type Answer, type Caller } from './secure-call.ts';
import { startHaproxy, type Haproxy } from './start-haproxy.ts';

const HOSTS = 3;
const WHOLE_TIMEOUT_MS = 90_000;
const SERVED_TIMEOUT_MS = 30_000;
const SWITCHOVER_TIMEOUT_MS = 60_000;

/** A Patroni cluster with the production configuration, on one machine. */
export interface PatroniCluster {
  readonly version: string;
  readonly hosts: readonly PatroniHost[];
  readonly haproxy: Haproxy;
  readonly passwords: Passwords;
  /** For HAILGRID_POSTGRES_URLS with direct discovery: the database on every host. */
  urls(database: string): string[];
  /** The database on the current primary, through HAProxy. */
  primaryUrl(database: string): string;
  /** The database on one of the replicas, through HAProxy. */
  replicaUrl(database: string): string;
  members(): Promise<Member[]>;
  /** The host of the primary; throws if there is none. */
  primary(): Promise<PatroniHost>;
  /** Resolves when there is a primary and all other hosts follow it. */
  untilWhole(): Promise<void>;
  /** A planned change of the primary. */
  switchover(from: PatroniHost, to: PatroniHost): Promise<void>;
  /** Kills everything at once. */
  stop(): Promise<void>;
}

/** Starts three hosts and HAProxy from the files of deploy/patroni; resolves when commits are confirmed by standbys. */
export async function startPatroni(programs: PatroniPrograms, directory: string): Promise<PatroniCluster> {
  const specs = await hostSpecs(HOSTS, directory);
  const passwords = newPasswords();
  const hosts = specs.map((spec) => new PatroniHost(spec, specs, programs, passwords));
  let haproxy: Haproxy | undefined;
  const stop = async () => {
    await haproxy?.server.stop();
    // Kills the hosts, since no data is kept and an orderly shutdown would take long.
    await Promise.all(hosts.map((host) => host.die()));
  };
  try {
    for (const host of hosts) await host.prepare();
    await Promise.all(hosts.map((host) => host.startEtcd()));
    for (const host of hosts) host.startPatroni();
    haproxy = await startHaproxy(specs, programs, directory);
    const cluster = clusterOf(programs.postgres.version, hosts, haproxy, passwords, stop);
    await cluster.untilWhole();
    await untilServed(cluster);
    return cluster;
  } catch (error) {
    await stop();
    throw error;
  }
}

function clusterOf(
  version: string,
  hosts: readonly PatroniHost[],
  haproxy: Haproxy,
  passwords: Passwords,
  stop: () => Promise<void>,
): PatroniCluster {
  const members = () => membersBy(hosts);
  const [{ spec }] = hosts as readonly [PatroniHost];
  const { caFile } = spec.tls;
  const through = (address: string) => (database: string) =>
    databaseUrl(address, database, passwords.superuser, caFile);
  return {
    version,
    hosts,
    haproxy,
    passwords,
    urls: (database) => hosts.map((host) => host.url(database)),
    primaryUrl: through(haproxy.primary),
    replicaUrl: through(haproxy.replicas),
    members,
    primary: async () => {
      const seen = await members();
      const host = hosts.find(({ name }) => name === leaderOf(seen));
      if (host === undefined) throw new Error(`no primary: ${JSON.stringify(seen)}`);
      return host;
    },
    untilWhole: async () => {
      let seen: Member[] = [];
      const whole = async () => isWhole((seen = await members()), hosts.length);
      await until(whole, WHOLE_TIMEOUT_MS, () => `the cluster is not whole (${JSON.stringify(seen)})`);
    },
    switchover: (from, to) => switchover(from, to, passwords.patroni),
    stop,
  };
}

/** Resolves when HAProxy has found the roles of all hosts. */
async function untilServed(cluster: PatroniCluster): Promise<void> {
  const urls = [cluster.primaryUrl('postgres'), cluster.replicaUrl('postgres')];
  const answers = async () => {
    const rows = await Promise.all(urls.map((url) => query(url, 'SELECT 1').catch(() => [])));
    return rows.every(({ length }) => length === 1);
  };
  await until(answers, SERVED_TIMEOUT_MS, () => 'HAProxy did not reach primary and replicas');
}

/** Requests a switchover as `patronictl switchover` does. */
async function switchover(from: PatroniHost, to: PatroniHost, password: string): Promise<void> {
  const answer = await requestSwitchover(from, to, { password, caller: from.spec.tls });
  if (answer.status !== 200) throw new Error(`switchover: ${answer.status} ${answer.text}`);
}

/** Requests a switchover with any password and certificate. */
export function requestSwitchover(
  from: PatroniHost,
  to: PatroniHost,
  { password, caller }: { password: string; caller: Caller },
): Promise<Answer> {
  return secureCall(`${from.patroniUrl}/switchover`, caller, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Basic ${Buffer.from(`${PATRONI_USER}:${password}`).toString('base64')}`,
    },
    body: JSON.stringify({ leader: from.name, candidate: to.name }),
    timeoutMs: SWITCHOVER_TIMEOUT_MS,
  });
}

function newPasswords(): Passwords {
  const password = () => randomBytes(18).toString('hex');
  return { superuser: password(), replication: password(), rewind: password(), patroni: password() };
}
