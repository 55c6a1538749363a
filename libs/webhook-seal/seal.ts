import { CompactEncrypt, compactDecrypt, decodeProtectedHeader, importJWK } from 'jose';
import type { OpenKeys, SealKey } from './keys.ts';

/** ECDH with an ephemeral X25519 key, and AES-256-GCM with the key that results (RFC 7518, RFC 8037). */
const ALGORITHM = 'ECDH-ES';
const ENCRYPTION = 'A256GCM';

/** Webhook secrets cannot be opened: the key is missing, or the envelope is damaged or of another webhook. */
export class SealError extends Error {
  override readonly name = 'SealError';
}

/**
 * Seals a webhook's secret: a compact JWE with the key's id, an ephemeral public key, nonce, ciphertext and tag. The id of
 * the webhook goes into the key derivation (`apv`), so that the envelope cannot be opened as that of another webhook.
 */
export async function sealSecret(sealKey: SealKey, webhookId: string, secret: string): Promise<string> {
  return new CompactEncrypt(new TextEncoder().encode(secret))
    .setProtectedHeader({ alg: ALGORITHM, enc: ENCRYPTION, kid: sealKey.kid })
    .setKeyManagementParameters({ apv: new TextEncoder().encode(webhookId) })
    .encrypt(await importJWK(sealKey, ALGORITHM));
}

/** Opens the secret of a webhook. Throws {@link SealError}, which contains neither key nor secret. */
export async function openSecret(openKeys: OpenKeys, webhookId: string, sealed: string): Promise<string> {
  const { kid, apv } = headerOf(sealed);
  const key = openKeys.keys.find((candidate) => candidate.kid === kid);
  if (key === undefined) throw new SealError(`the secret is sealed with the unknown key ${kid}`);
  if (apv !== Buffer.from(webhookId).toString('base64url'))
    throw new SealError('the sealed secret belongs to another webhook');
  try {
    const options = {
      keyManagementAlgorithms: [ALGORITHM],
      contentEncryptionAlgorithms: [ENCRYPTION],
    };
    const { plaintext } = await compactDecrypt(sealed, await importJWK(key, ALGORITHM), options);
    return new TextDecoder().decode(plaintext);
  } catch (error) {
    throw new SealError('the sealed secret is damaged', { cause: error });
  }
}

function headerOf(sealed: string): { kid: string; apv: unknown } {
  try {
    const { kid = 'none', apv } = decodeProtectedHeader(sealed);
    return { kid, apv };
  } catch (error) {
    throw new SealError('the sealed secret is damaged', { cause: error });
  }
}
