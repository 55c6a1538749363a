import { canonicalJson } from './canonical-json.ts';
import { NO_HASH, type Digest } from './hash-chain.ts';

/** What one row of the operators' audit says. */
export interface ActFacts {
  /** From 1, without a gap. */
  number: number;
  /** RFC 3339, with milliseconds. */
  at: string;
  issuer: string;
  subject: string;
  actorId: string;
  role: string;
  act: string;
  target: unknown;
  reason: unknown;
  requestId: string;
  before: unknown;
  after: unknown;
}

/** A stored row with its stored hash. */
export interface FoundAct {
  facts: ActFacts;
  hash: string;
}

/**
 * `changed`: row or hash differ from what was written, or it was written under another number. `missing`: the first absent one
 * of those before a later row. `truncated`: the newest rows are gone, or the head was changed. `added`: never written with the head.
 */
export type ActFault = 'changed' | 'missing' | 'truncated' | 'added';

export interface ActFinding {
  fault: ActFault;
  number: number;
}

/** The hash of a row: over the hash of the row before it and the digest of its facts. It covers all rows up to it. */
export function actHash(previous: string, facts: ActFacts, digest: Digest): string {
  return digest(previous + digest(canonicalJson(facts)));
}

/** Checks rows in the order of their numbers, page by page, then the head. Keeps one row in memory. */
export class ActChainAudit {
  readonly #digest: Digest;
  /** Possible hashes of the row before; empty if that row is missing. */
  #previous: readonly string[] = [NO_HASH];
  #last = 0;

  constructor(digest: Digest) {
    this.#digest = digest;
  }

  look({ facts, hash }: FoundAct): ActFinding[] {
    const findings: ActFinding[] = [];
    if (facts.number > this.#last + 1) {
      findings.push({ fault: 'missing', number: this.#last + 1 });
      this.#previous = [];
    }
    this.#last = facts.number;
    const computed = this.#previous.map((previous) => actHash(previous, facts, this.#digest));
    if (computed.length > 0 && !computed.includes(hash))
      findings.push({ fault: 'changed', number: facts.number });
    // If only the hash was changed, the next row follows the computed one.
    this.#previous = [...new Set([hash, ...computed])];
    return findings;
  }

  /** Compares the newest row with the head, which reveals a truncation. */
  end(head: { number: number; hash: string | null }): ActFinding[] {
    if (this.#last < head.number) return [{ fault: 'truncated', number: this.#last + 1 }];
    if (this.#last > head.number) return [{ fault: 'added', number: head.number + 1 }];
    const isWhole = this.#previous.length === 0 || this.#previous.includes(head.hash ?? NO_HASH);
    return isWhole ? [] : [{ fault: 'truncated', number: this.#last + 1 }];
  }
}
