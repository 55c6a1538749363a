import { join } from 'node:path';
import { freePort, LOOPBACK } from '../network/free-port.ts';
import { certificateFiles, type CertificateFiles } from './certificates.ts';
import { deployedEnvironment, filledIn } from './deployed-files.ts';

/** A host of the cluster: its name, and the addresses and directories of its programs on this machine. */
export interface HostSpec {
  name: string;
  /** Directory of all files of the host. */
  directory: string;
  dataDirectory: string;
  /** Directory of the authority that signs the certificates of all hosts. */
  authority: string;
  tls: CertificateFiles;
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
export const TLS_DIRECTORY = 'tls';

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
      authority: join(directory, 'authority'),
      // Beside the data directory, where patroni.yml expects it.
      tls: certificateFiles(join(own, TLS_DIRECTORY)),
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
  const { caFile, certFile, keyFile } = host.tls;
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
      ETCD_TRUSTED_CA_FILE: caFile,
      ETCD_CERT_FILE: certFile,
      ETCD_KEY_FILE: keyFile,
      ETCD_PEER_TRUSTED_CA_FILE: caFile,
      ETCD_PEER_CERT_FILE: certFile,
      ETCD_PEER_KEY_FILE: keyFile,
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
  const { caFile, certFile, keyFile } = host.tls;
  return filledIn('host.env.example', {
    PATRONI_NAME: host.name,
    PATRONI_RESTAPI_LISTEN: addressOf(host.ports.patroni),
    PATRONI_RESTAPI_CONNECT_ADDRESS: addressOf(host.ports.patroni),
    PATRONI_RESTAPI_CAFILE: caFile,
    PATRONI_RESTAPI_CERTFILE: certFile,
    PATRONI_RESTAPI_KEYFILE: keyFile,
    PATRONI_RESTAPI_USERNAME: PATRONI_USER,
    PATRONI_RESTAPI_PASSWORD: passwords.patroni,
    PATRONI_CTL_CACERT: caFile,
    PATRONI_CTL_CERTFILE: certFile,
    PATRONI_CTL_KEYFILE: keyFile,
    PATRONI_ETCD3_HOSTS: hosts.map(({ ports }) => addressOf(ports.etcd)).join(),
    PATRONI_ETCD3_CACERT: caFile,
    PATRONI_ETCD3_CERT: certFile,
    PATRONI_ETCD3_KEY: keyFile,
    PATRONI_POSTGRESQL_LISTEN: addressOf(host.ports.postgres),
    PATRONI_POSTGRESQL_CONNECT_ADDRESS: addressOf(host.ports.postgres),
    PATRONI_POSTGRESQL_DATA_DIR: host.dataDirectory,
    PATRONI_POSTGRESQL_BIN_DIR: binDirectory,
    PATRONI_POSTGRESQL_PGPASS: join(host.directory, 'pgpass'),
    PATRONI_SUPERUSER_USERNAME: POSTGRES_SUPERUSER,
    PATRONI_SUPERUSER_PASSWORD: passwords.superuser,
    PATRONI_SUPERUSER_SSLROOTCERT: caFile,
    PATRONI_REPLICATION_USERNAME: 'replicator',
    PATRONI_REPLICATION_PASSWORD: passwords.replication,
    PATRONI_REPLICATION_SSLROOTCERT: caFile,
    PATRONI_REWIND_USERNAME: 'rewinder',
    PATRONI_REWIND_PASSWORD: passwords.rewind,
    PATRONI_REWIND_SSLROOTCERT: caFile,
  });
}

export function addressOf(port: number): string {
  return `${LOOPBACK}:${port}`;
}

/** The superuser's URL of a database at an address of Postgres, which it verifies. */
export function databaseUrl(address: string, database: string, password: string, caFile: string): string {
  const verified = `sslmode=verify-full&sslrootcert=${caFile}`;
  return `postgres://${POSTGRES_SUPERUSER}:${password}@${address}/${database}?${verified}`;
}

export function urlOf(port: number): string {
  return `https://${addressOf(port)}`;
}
