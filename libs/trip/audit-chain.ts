import { chainHash, NO_HASH, type ChainedFacts, type Digest } from './hash-chain.ts';

/** A stored event with its stored hash; null if the event is older than the chain. */
export interface FoundEvent {
  facts: ChainedFacts;
  hash: string | null;
}

/** A stored trip: number and hash of its newest event, and its events by number. */
export interface FoundChain {
  seq: number;
  headHash: string | null;
  events: readonly FoundEvent[];
}

/**
 * `changed`: event or hash differ from what was written. `missing`: absent, but later events exist. `reordered`: it was
 * written under another number. `truncated`: the newest events are gone. `added`: never written with the trip.
 */
export type ChainFault = 'changed' | 'missing' | 'reordered' | 'truncated' | 'added';

export interface ChainFinding {
  fault: ChainFault;
  seq: number;
}

/** Checks a trip's events against their hashes and returns the faults by number. Skips events older than the chain. */
export function auditChain(chain: FoundChain, digest: Digest): ChainFinding[] {
  const findings: ChainFinding[] = [];
  /** Possible hashes of the previous event; empty if that event is missing. */
  let previousHashes: readonly string[] = [NO_HASH];
  let hasBegun = false;
  let expected = 1;
  for (const found of chain.events) {
    const { seq } = found.facts;
    for (; expected < seq; expected += 1) {
      findings.push({ fault: 'missing', seq: expected });
      previousHashes = [];
    }
    expected = seq + 1;
    hasBegun ||= found.hash !== null;
    if (!hasBegun) continue;
    const fault = faultOf(found, previousHashes, chain, digest);
    if (fault !== undefined) findings.push({ fault, seq });
    // The true predecessor of a reordered event may be anywhere in the trip.
    previousHashes = fault === 'reordered' ? hashesOf(chain) : hashesAfter(previousHashes, found, digest);
  }
  return [...findings, ...auditHead(chain, expected - 1, previousHashes, findings.length === 0)];
}

function faultOf(
  found: FoundEvent,
  previousHashes: readonly string[],
  chain: FoundChain,
  digest: Digest,
): ChainFault | undefined {
  if (found.facts.seq > chain.seq) return 'added';
  if (found.hash === null) return 'changed';
  if (previousHashes.length === 0 || previousHashes.some((previous) => follows(previous, found, digest)))
    return undefined;
  return wasWrittenElsewhere(found, chain, digest) ? 'reordered' : 'changed';
}

function hashesOf({ events }: FoundChain): string[] {
  return events.flatMap(({ hash }) => hash ?? []);
}

function follows(previous: string, { facts, hash }: FoundEvent, digest: Digest): boolean {
  return chainHash(previous, facts, digest) === hash;
}

/** The stored hash of the event and the computed one: if only the hash was changed, the next event is still valid. */
function hashesAfter(
  previousHashes: readonly string[],
  { facts, hash }: FoundEvent,
  digest: Digest,
): string[] {
  const recomputed = previousHashes.map((previous) => chainHash(previous, facts, digest));
  return [...new Set(hash === null ? recomputed : [hash, ...recomputed])];
}

/** Whether a hash of the trip shows that this event was written under another number. */
function wasWrittenElsewhere({ facts }: FoundEvent, chain: FoundChain, digest: Digest): boolean {
  const hashes = new Set(hashesOf(chain));
  const previousHashes = [NO_HASH, ...hashes];
  return chain.events.some(
    ({ facts: { seq } }) =>
      seq !== facts.seq &&
      previousHashes.some((hash) => hashes.has(chainHash(hash, { ...facts, seq }, digest))),
  );
}

/** Compares the newest event with the head in the trip's row, which reveals a truncation. */
function auditHead(
  { seq, headHash, events }: FoundChain,
  lastSeq: number,
  last: readonly string[],
  isIntact: boolean,
): ChainFinding[] {
  if (lastSeq < seq) return [{ fault: 'truncated', seq: lastSeq + 1 }];
  if (!isIntact || (headHash === null && events.every(({ hash }) => hash === null))) return [];
  return headHash !== null && last.includes(headHash) ? [] : [{ fault: 'truncated', seq: seq + 1 }];
}
