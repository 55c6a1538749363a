import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { giveTo } from '../../ops/postgres/run-as.ts';
import { deployedFile } from './deployed-files.ts';
import type { PatroniPrograms } from './find-programs.ts';

/** PEM files of a host or a client, where its programs read them. */
export interface CertificateFiles {
  caFile: string;
  certFile: string;
  keyFile: string;
  /** Certificate and key in one file, as HAProxy wants it. */
  pemFile: string;
}

const SIGN_TIMEOUT_MS = 30_000;

/** The files that `installCertificate` writes into this directory. */
export function certificateFiles(directory: string): CertificateFiles {
  return {
    caFile: join(directory, 'ca.pem'),
    certFile: join(directory, 'host.crt'),
    keyFile: join(directory, 'host.key'),
    pemFile: join(directory, 'host.pem'),
  };
}

/**
 * Makes a certificate by deploy/patroni/make-certificate.sh and gives it to the user of the servers. Not at the same time
 * for two names of one authority: the first makes the authority too.
 *
 * @param authority directory of the authority that signs
 * @param addresses of the host; none for a client
 */
export async function installCertificate(
  { user, openssl }: PatroniPrograms,
  certificate: { authority: string; name: string; addresses: readonly string[]; directory: string },
): Promise<CertificateFiles> {
  const { authority, name, addresses, directory } = certificate;
  await promisify(execFile)('/bin/sh', [deployedFile('make-certificate.sh'), authority, name, ...addresses], {
    env: openssl.env,
    timeout: SIGN_TIMEOUT_MS,
  });
  const files = certificateFiles(directory);
  mkdirSync(directory, { mode: 0o700 });
  copyFileSync(join(authority, 'ca.pem'), files.caFile);
  copyFileSync(join(authority, `${name}.crt`), files.certFile);
  copyFileSync(join(authority, `${name}.key`), files.keyFile);
  copyFileSync(join(authority, `${name}.pem`), files.pemFile);
  await giveTo(user, directory);
  return files;
}
