import { join } from 'node:path';
import { SupervisedChild } from '../process/supervised-child.ts';
import { installCertificate } from './certificates.ts';
import { deployedFile } from './deployed-files.ts';
import type { PatroniPrograms } from './find-programs.ts';
import { addressOf, distinctPorts, type HostSpec } from './host-spec.ts';

export interface Haproxy {
  /** Address of the primary. */
  primary: string;
  /** Address of the replicas; each connection reaches one of them. */
  replicas: string;
  server: SupervisedChild;
}

/** Starts HAProxy with deploy/patroni/haproxy.cfg before the hosts. */
export async function startHaproxy(
  hosts: readonly HostSpec[],
  programs: PatroniPrograms,
  directory: string,
): Promise<Haproxy> {
  const { haproxy, user } = programs;
  const [{ authority }] = hosts as readonly [HostSpec];
  const tls = await installCertificate(programs, {
    authority,
    name: 'haproxy',
    addresses: [],
    directory: join(directory, 'haproxy'),
  });
  const [primary = '', replicas = ''] = (await distinctPorts(2)).map(addressOf);
  const addresses = hosts.flatMap(({ name, ports }) => [
    [`${name.toUpperCase()}_POSTGRES`, addressOf(ports.postgres)],
    [`${name.toUpperCase()}_PATRONI`, addressOf(ports.patroni)],
  ]);
  const server = new SupervisedChild({
    name: 'haproxy',
    command: haproxy.path,
    args: ['-db', '-f', deployedFile('haproxy.cfg')],
    env: {
      ...haproxy.env,
      ...Object.fromEntries(addresses),
      PRIMARY_BIND: primary,
      REPLICAS_BIND: replicas,
      TLS_CA: tls.caFile,
      TLS_CERTIFICATE: tls.pemFile,
    },
    cwd: '/',
    logFile: join(directory, 'haproxy.log'),
    ...user,
  });
  return { primary, replicas, server };
}
