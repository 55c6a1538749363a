import { randomUUID } from 'node:crypto';
import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { keyFromPem, keyToPem, makeSigningKey, type SigningKey } from './signing-key.ts';

const OWNER_ONLY = 0o600;

/** The key in a PKCS #8 PEM file. A missing file is made first; of several issuers that start at once one makes it. */
export async function keyFromFile(path: string): Promise<SigningKey> {
  const pem = (await readIfThere(path)) ?? (await create(path));
  try {
    return await keyFromPem(pem);
  } catch (error) {
    throw new Error(`${path} does not hold an ES256 private key (PKCS #8 PEM)`, { cause: error });
  }
}

/** Written aside and linked into place: nobody ever reads half a key, and the first one stays. */
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
