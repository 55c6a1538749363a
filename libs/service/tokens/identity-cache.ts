/** A person as an issuer names it. */
export interface Identity {
  readonly issuer: string;
  readonly subject: string;
}

/** Finds the UUID of a person, and makes one at first sight; the same for all who ask. */
export type IdentityLookup = (identity: Identity) => Promise<string>;

/** How many people a process remembers, about 20 MB; another one is looked up again. */
export const MAX_CACHED_IDENTITIES = 100_000;

/** Remembers the UUIDs of people, which never change. Of those who ask at once for one person, one looks it up. */
export class IdentityCache {
  readonly #lookUp: IdentityLookup;
  readonly #capacity: number;
  /** Least recently used first; a look-up under way is its promise. */
  readonly #known = new Map<string, Promise<string>>();

  constructor(lookUp: IdentityLookup, capacity = MAX_CACHED_IDENTITIES) {
    this.#lookUp = lookUp;
    this.#capacity = capacity;
  }

  uuidOf(identity: Identity): Promise<string> {
    const key = JSON.stringify([identity.issuer, identity.subject]);
    const known = this.#known.get(key) ?? this.#begin(key, identity);
    this.#known.delete(key);
    this.#known.set(key, known);
    return known;
  }

  #begin(key: string, identity: Identity): Promise<string> {
    const [oldest] = this.#known.keys();
    if (oldest !== undefined && this.#known.size >= this.#capacity) this.#known.delete(oldest);
    const pending = this.#lookUp(identity);
    // A failure is not remembered.
    pending.catch(() => {
      if (this.#known.get(key) === pending) this.#known.delete(key);
    });
    return pending;
  }
}
