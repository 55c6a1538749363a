import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import { HailgridError } from '#libs/contracts';

/** How long a request for the issuer's public keys may take. */
const FETCH_TIMEOUT_MS = 3_000;
/** How long an issuer's keys are used before they are fetched again: how late a withdrawn key is noticed. */
const FRESH_MS = 10 * 60 * 1_000;
/** How long an unknown key, or an issuer that is away, is not asked for again: how often strangers make us ask. */
export const COOLDOWN_MS = 30_000;
/** How long the first keys are not asked for again after a failure: how late a service notices that its issuer is up. */
const FIRST_COOLDOWN_MS = 250;
/** How long the issuer's answer may be; a longer one is no key set. */
const MAX_JWKS_BYTES = 256 * 1024;

export interface IssuerKeysSettings {
  readonly jwksUrl: string;
  /** How long keys are used that the issuer does not confirm. */
  readonly jwksStaleLimitMs: number;
}

/**
 * The public keys of an issuer. Keys that were fetched stay in use for a bounded time while the issuer is away; then, and
 * for a key that it may have made meanwhile, `unavailable` says that nobody knows.
 */
export class IssuerKeys {
  readonly #settings: IssuerKeysSettings;
  readonly #nowMs: () => number;
  #keys: ReturnType<typeof createLocalJWKSet> | undefined;
  #fetchedAtMs = -Infinity;
  #askedAtMs = -Infinity;
  #failure: unknown;
  #fetching: Promise<void> | undefined;

  constructor(settings: IssuerKeysSettings, nowMs: () => number = () => performance.now()) {
    this.#settings = settings;
    this.#nowMs = nowMs;
  }

  /** Finds the key of a token. Throws an error of `jose` if there is none, or `unavailable`. */
  readonly keyOf: JWTVerifyGetKey = async (header, token) => {
    const keys = await this.#current();
    try {
      return await keys(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      await (this.#mayAsk(COOLDOWN_MS) ? this.#ask() : this.#fetching);
      if (this.#failure !== undefined) throw this.#away();
      return (this.#keys ?? keys)(header, token);
    }
  };

  async #current() {
    const ageMs = this.#nowMs() - this.#fetchedAtMs;
    if (this.#keys !== undefined && ageMs <= FRESH_MS) return this.#keys;
    const usable = this.#keys !== undefined && ageMs <= Math.max(FRESH_MS, this.#settings.jwksStaleLimitMs);
    if (this.#mayAsk(this.#keys === undefined ? FIRST_COOLDOWN_MS : COOLDOWN_MS)) {
      const asked = this.#ask();
      // While the issuer is known to be away, nobody waits for it who has keys.
      if (!usable || this.#failure === undefined) await asked;
    } else if (!usable) await this.#fetching;
    const recent = this.#failure === undefined || usable;
    if (this.#keys === undefined || !recent) throw this.#away();
    return this.#keys;
  }

  #mayAsk(cooldownMs: number): boolean {
    return this.#fetching === undefined && this.#nowMs() - this.#askedAtMs >= cooldownMs;
  }

  /** Fetches the keys; a failure is kept, not thrown. */
  #ask(): Promise<void> {
    this.#askedAtMs = this.#nowMs();
    this.#fetching = this.#replace();
    return this.#fetching;
  }

  async #replace(): Promise<void> {
    try {
      this.#keys = await this.#fetch();
      this.#fetchedAtMs = this.#nowMs();
      this.#failure = undefined;
    } catch (error) {
      this.#failure = error;
    } finally {
      this.#fetching = undefined;
    }
  }

  async #fetch() {
    const response = await fetch(this.#settings.jwksUrl, {
      headers: { accept: 'application/jwk-set+json, application/json' },
      redirect: 'error',
      signal: AbortSignal.timeout(FETCH_TIMEOUT_MS),
    });
    if (!response.ok) throw new TypeError(`the key set has status ${response.status}`);
    return createLocalJWKSet(JSON.parse(await textOf(response)) as JSONWebKeySet);
  }

  #away(): HailgridError {
    return new HailgridError('unavailable', 'the issuer of tokens does not answer', { cause: this.#failure });
  }
}

async function textOf({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (bytes > MAX_JWKS_BYTES) throw new TypeError(`the key set is longer than ${MAX_JWKS_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
