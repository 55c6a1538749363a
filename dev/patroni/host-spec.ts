import { join } from 'node:path';
import { freePort, LOOPBACK } from '../network/free-port.ts';
import { deployedEnvironment, filledIn } from './deployed-files.ts';

/** A host of the cluster: its name, and the addresses and directories of its programs on this machine. */
export interface HostSpec {
  name: string;
  /** Directory of all files of the host. */
  directory: string;
  dataDirectory: string;
  ports: HostPorts;
}

interface HostPorts {
  postgres: number;
  patroni: number;
  etcd: number;
  etcdPeer: number;
}

export interface Passwords {
  superuser: string;
  replication: string;
  rewind: string;
  /** Address of Patroni's REST interface. */
  patroni: string;
}

export const POSTGRES_SUPERUSER = 'postgres';
export const PATRONI_USER = 'patroni';

/** Specifications of hosts `pg1`, `pg2`, …, below the directory. */
export async function hostSpecs(count: number, directory: string): Promise<HostSpec[]> {
  const ports = await distinctPorts(4 * count);
  return Array.from({ length: count }, (_, index) => {
    const name = `pg${index + 1}`;
    const own = join(directory, name);
    const [postgres = 0, patroni = 0, etcd = 0, etcdPeer = 0] = ports.slice(4 * index);
    return {
      name,
      directory: own,
      dataDirectory: join(own, 'data'),
      ports: { postgres, patroni, etcd, etcdPeer },
    };
  });
}

export async function distinctPorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) ports.add(await freePort());
  return [...ports];
}

/** The environment of etcd on a host: deploy/patroni/etcd.env and the host's own variables. */
export function etcdEnvironment(host: HostSpec, hosts: readonly HostSpec[]): Record<string, string> {
  const client = urlOf(host.ports.etcd);
  const peer = urlOf(host.ports.etcdPeer);
  return {
    ...deployedEnvironment('etcd.env'),
    ...filledIn('etcd-host.env.example', {
      ETCD_NAME: host.name,
      ETCD_DATA_DIR: join(host.directory, 'etcd'),
      ETCD_LISTEN_CLIENT_URLS: client,
      ETCD_ADVERTISE_CLIENT_URLS: client,
      ETCD_LISTEN_PEER_URLS: peer,
      ETCD_INITIAL_ADVERTISE_PEER_URLS: peer,
      ETCD_INITIAL_CLUSTER: hosts.map(({ name, ports }) => `${name}=${urlOf(ports.etcdPeer)}`).join(),
    }),
  };
}

/** The environment of Patroni on a host. */
export function patroniEnvironment(
  host: HostSpec,
  hosts: readonly HostSpec[],
  passwords: Passwords,
  binDirectory: string,
): Record<string, string> {
  return filledIn('host.env.example', {
    PATRONI_NAME: host.name,
    PATRONI_RESTAPI_LISTEN: addressOf(host.ports.patroni),
    PATRONI_RESTAPI_CONNECT_ADDRESS: addressOf(host.ports.patroni),
    PATRONI_RESTAPI_USERNAME: PATRONI_USER,
    PATRONI_RESTAPI_PASSWORD: passwords.patroni,
    PATRONI_ETCD3_HOSTS: hosts.map(({ ports }) => addressOf(ports.etcd)).join(),
    PATRONI_POSTGRESQL_LISTEN: addressOf(host.ports.postgres),
    PATRONI_POSTGRESQL_CONNECT_ADDRESS: addressOf(host.ports.postgres),
    PATRONI_POSTGRESQL_DATA_DIR: host.dataDirectory,
    PATRONI_POSTGRESQL_BIN_DIR: binDirectory,
    PATRONI_POSTGRESQL_PGPASS: join(host.directory, 'pgpass'),
    PATRONI_SUPERUSER_USERNAME: POSTGRES_SUPERUSER,
    PATRONI_SUPERUSER_PASSWORD: passwords.superuser,
    PATRONI_REPLICATION_USERNAME: 'replicator',
    PATRONI_REPLICATION_PASSWORD: passwords.replication,
    PATRONI_REWIND_USERNAME: 'rewinder',
    PATRONI_REWIND_PASSWORD: passwords.rewind,
  });
}

export function addressOf(port: number): string {
  return `${LOOPBACK}:${port}`;
}

function urlOf(port: number): string {
  return `http://${addressOf(port)}`;
}
