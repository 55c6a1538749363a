import { webcrypto } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { X509Certificate } from '@peculiar/x509';
import { LOOPBACK } from '../network/free-port.ts';

// The library needs this polyfill to be there before it.
await import('reflect-metadata');
const {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} = await import('@peculiar/x509');

const CURVE = { name: 'ECDSA', namedCurve: 'P-256' };
const SIGNATURE = { name: 'ECDSA', hash: 'SHA-256' };
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** PEM files of one certificate and its private key. */
export interface CertificateFiles {
  certFile: string;
  keyFile: string;
}

/** A certificate authority for one run: what it signs is worth nothing elsewhere, and lasts a day. */
export class TestAuthority {
  /** PEM file of its own certificate. */
  readonly caFile: string;
  readonly #directory: string;
  readonly #keys: webcrypto.CryptoKeyPair;
  readonly #certificate: X509Certificate;

  private constructor(
    directory: string,
    name: string,
    keys: webcrypto.CryptoKeyPair,
    certificate: X509Certificate,
  ) {
    this.caFile = join(directory, `${name}.pem`);
    this.#directory = directory;
    this.#keys = keys;
    this.#certificate = certificate;
    writeFileSync(this.caFile, certificate.toString('pem'));
  }

  /** Makes an authority whose files are in this directory. */
  static async create(directory: string, name = 'ca'): Promise<TestAuthority> {
    const keys = await newKeys();
    const certificate = await X509CertificateGenerator.createSelfSigned({
      name: `CN=Hailgrid test ${name}`,
      keys,
      signingAlgorithm: SIGNATURE,
      ...validity(),
      extensions: [
        new BasicConstraintsExtension(true, 0, true),
        new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      ],
    });
    return new TestAuthority(directory, name, keys, certificate);
  }

  /**
   * Signs a certificate for servers and clients, by default of this machine. Overwrites the files of the same name, as a
   * renewal does.
   */
  async issue(name: string, hosts: readonly string[] = ['localhost', LOOPBACK]): Promise<CertificateFiles> {
    const keys = await newKeys();
    const certificate = await X509CertificateGenerator.create({
      subject: `CN=${name}`,
      issuer: this.#certificate.subject,
      publicKey: keys.publicKey,
      signingKey: this.#keys.privateKey,
      signingAlgorithm: SIGNATURE,
      ...validity(),
      extensions: [
        new BasicConstraintsExtension(false, undefined, true),
        new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
        new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth, ExtendedKeyUsage.clientAuth]),
        new SubjectAlternativeNameExtension(
          hosts.map((host) => ({ type: host === LOOPBACK ? 'ip' : 'dns', value: host })),
        ),
      ],
    });
    const files = {
      certFile: join(this.#directory, `${name}.crt`),
      keyFile: join(this.#directory, `${name}.key`),
    };
    writeFileSync(files.certFile, certificate.toString('pem'));
    const key = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
    writeFileSync(files.keyFile, PemConverter.encode(key, 'PRIVATE KEY'), { mode: 0o600 });
    return files;
  }
}

function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(CURVE, true, ['sign', 'verify']);
}

/** From an hour ago, for a machine whose clock is behind, for a day. */
function validity(): { notBefore: Date; notAfter: Date } {
  const nowMs = Date.now();
  return { notBefore: new Date(nowMs - HOUR_MS), notAfter: new Date(nowMs + DAY_MS) };
}
