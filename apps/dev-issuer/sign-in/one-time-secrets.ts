import { randomBytes } from 'node:crypto';

/** What one sign-in gave: its codes and refresh tokens stand for it. */
export interface Revocable {
  /** Set when a secret of it was used twice: one of the two users stole it. */
  revoked: boolean;
}

interface Entry<G> {
  readonly grant: G;
  readonly expiresAtMs: number;
  used: boolean;
}

export interface SecretLimits {
  readonly ttlMs: number;
  /** The oldest give way to further ones. */
  readonly maxCount: number;
}

/** Secrets that count once, for a while. A second use revokes the grant (RFC 6749, 4.1.2 and RFC 9700, 4.14.2). */
export class OneTimeSecrets<G extends Revocable> {
  readonly #entries = new Map<string, Entry<G>>();
  readonly #limits: SecretLimits;
  readonly #now: () => number;
  readonly #newSecret: () => string;

  constructor(limits: SecretLimits, now: () => number, newSecret = randomSecret) {
    this.#limits = limits;
    this.#now = now;
    this.#newSecret = newSecret;
  }

  get size(): number {
    return this.#entries.size;
  }

  give(grant: G): string {
    const now = this.#now();
    // All live equally long, so that the oldest come first.
    for (const [secret, { expiresAtMs }] of this.#entries) {
      if (expiresAtMs > now && this.#entries.size < this.#limits.maxCount) break;
      this.#entries.delete(secret);
    }
    const secret = this.#newSecret();
    this.#entries.set(secret, { grant, expiresAtMs: now + this.#limits.ttlMs, used: false });
    return secret;
  }

  /** The grant of a secret that is known, new and not expired. Whoever takes it first has it. */
  take(secret: string): G | undefined {
    const entry = this.#entries.get(secret);
    if (entry === undefined || entry.expiresAtMs <= this.#now()) return undefined;
    if (entry.used) entry.grant.revoked = true;
    entry.used = true;
    return entry.grant.revoked ? undefined : entry.grant;
  }
}

function randomSecret(): string {
  return randomBytes(32).toString('base64url');
}
