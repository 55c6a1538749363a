import { createHash, generateKeyPairSync } from 'node:crypto';
import { z } from 'zod';

/** 32 bytes in base64url. */
const keyBytes = z.string().regex(/^[\w-]{43}$/, 'must be 32 bytes in base64url');

/** The public half of a sealing key, as a JWK (RFC 8037). */
const publicJwk = z.object({
  kty: z.literal('OKP'),
  crv: z.literal('X25519'),
  kid: z.string().min(1).max(100),
  x: keyBytes,
});
const privateJwk = publicJwk.extend({ d: keyBytes });

/** How many private keys `webhooks` holds at most: the present one and those that old secrets are sealed with. */
const MAX_OPEN_KEYS = 10;

const json = z.string().transform((text, context): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    // Without the text: it may contain a key.
    context.addIssue('must be JSON');
    return z.NEVER;
  }
});

/** A public key in JSON. Refuses a private one, which must not be where secrets are made. */
export const sealKeySetting = json.pipe(
  z
    .looseObject({})
    .refine((key) => !('d' in key), 'is a private key; trips must get the public half only')
    .pipe(publicJwk),
);
export type SealKey = z.infer<typeof publicJwk>;

/** Private keys as a JSON Web Key Set. */
export const openKeysSetting = json.pipe(z.object({ keys: z.array(privateJwk).min(1).max(MAX_OPEN_KEYS) }));
export type OpenKeys = z.infer<typeof openKeysSetting>;

interface WebhookKeys {
  /** Public half, for `trips`. */
  sealKey: SealKey;
  /** Private half, for `webhooks` and nobody else. */
  openKeys: OpenKeys;
}

/** Makes a new pair. Its id is the thumbprint of the public half (RFC 7638). */
export function makeWebhookKeys(): WebhookKeys {
  const { x, d } = generateKeyPairSync('x25519').privateKey.export({ format: 'jwk' });
  const thumbprint = createHash('sha256')
    .update(JSON.stringify({ crv: 'X25519', kty: 'OKP', x }))
    .digest('base64url');
  const key = privateJwk.parse({ kty: 'OKP', crv: 'X25519', kid: thumbprint, x, d });
  return { sealKey: publicJwk.parse(key), openKeys: { keys: [key] } };
}
