import { randomUUID } from 'node:crypto';
import { link, readFile, rm, writeFile } from 'node:fs/promises';
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
  /** Fetched by verifiers; its `kid` is the RFC 7638 thumbprint, so a key has the same id on every instance. */
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

const OWNER_ONLY = 0o600;

/** Reads the key from a PKCS #8 PEM file. Creates a missing file; of concurrent issuers, one creates it. */
export async function keyFromFile(path: string): Promise<SigningKey> {
  const pem = (await readIfThere(path)) ?? (await create(path));
  try {
    return await keyFromPem(pem);
  } catch (error) {
    throw new Error(`${path} does not hold an ES256 private key (PKCS #8 PEM)`, { cause: error });
  }
}

/** Writes a draft and links it into place, so that no reader sees a partial key and the first key stays. */
async function create(path: string): Promise<string> {
  const draft = `${path}.${randomUUID()}`;
  await writeFile(draft, await keyToPem(await makeSigningKey()), { mode: OWNER_ONLY, flag: 'wx' });
  try {
    await link(draft, path);
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
  } finally {
    await rm(draft);
  }
  return readFile(path, 'utf8');
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
