import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { giveTo, type RunAs } from '../../ops/postgres/run-as.ts';

/** PEM files of a server, and of the authority that has signed its certificate. */
export interface TlsFiles {
  caFile: string;
  certFile: string;
  keyFile: string;
}

/** Passwords by SCRAM, over TLS: any other connection is refused. */
const ACCESS = ['all', 'replication']
  .map((database) => `hostssl ${database} all all scram-sha-256\n`)
  .join('');

/** Copies the files to where only Postgres reads them, as it demands of a key. Returns the settings for them. */
export async function tlsSettings(
  { certFile, keyFile }: TlsFiles,
  directory: string,
  user: RunAs,
): Promise<Record<string, string>> {
  const own = join(directory, 'tls');
  mkdirSync(own, { mode: 0o700 });
  const certificate = join(own, 'server.crt');
  const key = join(own, 'server.key');
  const access = join(own, 'pg_hba.conf');
  copyFileSync(certFile, certificate);
  copyFileSync(keyFile, key);
  writeFileSync(access, ACCESS);
  await giveTo(user, own);
  return { ssl: 'on', ssl_cert_file: certificate, ssl_key_file: key, hba_file: access };
}
