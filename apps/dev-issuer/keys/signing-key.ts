import {
  calculateJwkThumbprint,
  exportJWK,
  exportPKCS8,
  generateKeyPair,
  importPKCS8,
  type CryptoKey,
} from 'jose';
import type { PublicJwk } from '#libs/contracts';

export const SIGNING_KEY = Symbol('dev-issuer.signing-key');

export const SIGNING_ALGORITHM = 'ES256';

export interface SigningKey {
  privateKey: CryptoKey;
  /** What verifiers fetch; its `kid` is the RFC 7638 thumbprint, so one key has one name on every instance. */
  publicJwk: PublicJwk;
}

export async function makeSigningKey(): Promise<SigningKey> {
  const { privateKey } = await generateKeyPair(SIGNING_ALGORITHM, { extractable: true });
  return withPublicPart(privateKey);
}

export async function keyFromPem(pem: string): Promise<SigningKey> {
  return withPublicPart(await importPKCS8(pem, SIGNING_ALGORITHM, { extractable: true }));
}

export async function keyToPem({ privateKey }: SigningKey): Promise<string> {
  return exportPKCS8(privateKey);
}

async function withPublicPart(privateKey: CryptoKey): Promise<SigningKey> {
  const { kty, crv, x, y } = await exportJWK(privateKey);
  if (kty !== 'EC' || crv === undefined || x === undefined || y === undefined) {
    throw new TypeError(`the signing key must be on an elliptic curve, not ${kty}`);
  }
  const point = { kty: 'EC', crv, x, y } as const;
  const kid = await calculateJwkThumbprint(point);
  return { privateKey, publicJwk: { ...point, kid, alg: SIGNING_ALGORITHM, use: 'sig' } };
}
