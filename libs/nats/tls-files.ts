import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { BusAccessError } from './bus-access-error.ts';

/** PEM files, read again at every connection. */
export interface BusTls {
  caFile?: string | undefined;
  certFile?: string | undefined;
  keyFile?: string | undefined;
}

const CA = 'HAILGRID_NATS_CA_FILE';
const CERT = 'HAILGRID_NATS_CERT_FILE';
const KEY = 'HAILGRID_NATS_KEY_FILE';

/** Throws {@link BusAccessError} if a PEM file is missing or holds something else: the client would try for ever. */
export function checkTlsFiles({ caFile, certFile, keyFile }: BusTls): void {
  if ((certFile === undefined) !== (keyFile === undefined))
    throw new BusAccessError(`${CERT} and ${KEY} belong together`);
  if (caFile !== undefined) parsePem(CA, caFile, 'a certificate', (pem) => new X509Certificate(pem));
  if (certFile === undefined || keyFile === undefined) return;
  const certificate = parsePem(CERT, certFile, 'a certificate', (pem) => new X509Certificate(pem));
  const key = parsePem(KEY, keyFile, 'a private key without password', (pem) => createPrivateKey(pem));
  if (!certificate.checkPrivateKey(key))
    throw new BusAccessError(`${KEY}: ${keyFile} is not the private key of ${CERT}`);
}

/** The contents of the files, as `node:tls` takes them. */
export function readTlsFiles({ caFile, certFile, keyFile }: BusTls): {
  ca?: string;
  cert?: string;
  key?: string;
} {
  return {
    ...(caFile !== undefined && { ca: readFileSync(caFile, 'utf8') }),
    ...(certFile !== undefined && { cert: readFileSync(certFile, 'utf8') }),
    ...(keyFile !== undefined && { key: readFileSync(keyFile, 'utf8') }),
  };
}

function parsePem<T>(variable: string, file: string, what: string, parse: (pem: string) => T): T {
  let pem: string;
  try {
    pem = readFileSync(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    throw new BusAccessError(`${variable}: cannot read ${file} (${code})`, { cause: error });
  }
  try {
    return parse(pem);
  } catch (error) {
    throw new BusAccessError(`${variable}: ${file} holds no PEM of ${what}`, { cause: error });
  }
}
