import { connect } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect } from 'vitest';
import { installCertificate } from '../../../dev/patroni/certificates.ts';
import type { PatroniPrograms } from '../../../dev/patroni/find-programs.ts';
import { urlOf } from '../../../dev/patroni/host-spec.ts';
import { secureCall, type Caller } from '../../../dev/patroni/secure-call.ts';
import { requestSwitchover, type PatroniCluster } from '../../../dev/patroni/start-patroni.ts';
import { LOOPBACK } from '../../../dev/network/free-port.ts';
import { query } from '../../../ops/postgres/query.ts';

const CALL_LIMIT_MS = 10_000;
/** How a server ends the connection of a client whose certificate it does not accept. */
const REFUSED = /alert|ECONNRESET|EPIPE|socket hang up/i;

/** A certificate of another authority, whose holder trusts the servers of the cluster. */
export async function strangersCertificate(
  cluster: PatroniCluster,
  programs: PatroniPrograms,
  directory: string,
): Promise<Caller> {
  const own = await installCertificate(programs, {
    authority: join(directory, 'authority-of-strangers'),
    name: 'pg1',
    addresses: [LOOPBACK],
    directory: join(directory, 'stranger'),
  });
  return { ...own, caFile: cluster.hosts[0]!.spec.tls.caFile };
}

/** Expects that each host refuses those who may not reach it, and serves those who may. */
export async function expectStrangersRefused(cluster: PatroniCluster, stranger: Caller): Promise<void> {
  const primary = await cluster.primary();
  const { caFile } = stranger;
  for (const host of cluster.hosts) {
    const { tls, ports } = host.spec;
    const plain = host.url('postgres').replace(/\?.*/, '?sslmode=disable');
    await expect(query(plain, 'SELECT 1')).rejects.toMatchObject({ code: '28000' });

    const urls = [
      `${host.patroniUrl}/cluster`,
      `${urlOf(ports.etcd)}/health`,
      `${urlOf(ports.etcdPeer)}/version`,
    ];
    for (const url of urls) {
      const call = (caller: Caller) => secureCall(url, caller, { timeoutMs: CALL_LIMIT_MS });
      expect(await call(tls), url).toMatchObject({ status: 200 });
      await expect(call({ caFile }), url).rejects.toThrow(REFUSED);
      await expect(call(stranger), url).rejects.toThrow(REFUSED);
    }
    for (const port of [ports.patroni, ports.etcd, ports.etcdPeer])
      expect(await answerToPlainRequest(port)).not.toMatch(/^HTTP\/1\.\d 200/);

    if (host === primary) continue;
    const { patroni: password } = cluster.passwords;
    const callers: [string, Caller][] = [
      ['no certificate', { caFile }],
      ['a certificate of a stranger', stranger],
    ];
    for (const [what, caller] of callers)
      await expect(requestSwitchover(primary, host, { password, caller }), what).rejects.toThrow(REFUSED);
    expect(await requestSwitchover(primary, host, { password: 'guess', caller: tls })).toMatchObject({
      status: 401,
    });
  }
}

/** What the server answers to a request without TLS; empty if it closes the connection at once. */
async function answerToPlainRequest(port: number): Promise<string> {
  const socket = connect(port, LOOPBACK);
  socket.setTimeout(CALL_LIMIT_MS, () => socket.destroy(new Error('no answer')));
  socket.write('GET /cluster HTTP/1.0\r\n\r\n');
  try {
    return await text(socket);
  } catch (error) {
    if (REFUSED.test(String(error))) return '';
    throw error;
  }
}
