import { hash } from 'node:crypto';
import { HailgridError } from '#libs/contracts';
import type { AccessToken, TokenVerifier } from './token-verifier.ts';

/**
 * How many tokens are remembered as verified. A signature costs some 100 µs, a person sends several commands a trip; the
 * oldest is forgotten first.
 */
export const MAX_VERIFIED_TOKENS = 50_000;

/** Verifies each token once, and keeps the digests of those that are good until they end. */
export class VerifiedTokens {
  readonly #verifier: Pick<TokenVerifier, 'verifyToken'>;
  readonly #nowMs: () => number;
  readonly #known = new Map<string, AccessToken>();

  /** @param nowMs wall time */
  constructor(verifier: Pick<TokenVerifier, 'verifyToken'>, nowMs: () => number = Date.now) {
    this.#verifier = verifier;
    this.#nowMs = nowMs;
  }

  /** Throws as {@link TokenVerifier.verifyToken} does. */
  async read(token: string): Promise<AccessToken> {
    const digest = hash('sha256', token, 'base64');
    const known = this.#known.get(digest);
    if (known !== undefined) {
      if (this.#nowMs() < known.expiresAtMs) return known;
      this.#known.delete(digest);
      throw new HailgridError('token_expired', 'the token has ended since it was verified');
    }
    const verified = await this.#verifier.verifyToken(token);
    this.#known.set(digest, verified);
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= MAX_VERIFIED_TOKENS) break;
      this.#known.delete(oldest);
    }
    return verified;
  }
}
