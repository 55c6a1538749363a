import { chainHash, NO_HASH, type ChainedFacts, type Digest } from './hash-chain.ts';

/** An event as it is found, with the hash that stands with it; null where it is older than the chain. */
export interface FoundEvent {
  facts: ChainedFacts;
  hash: string | null;
}

/** A trip as it is found: the number of its newest event and that one's hash, and its events by number. */
export interface FoundChain {
  seq: number;
  headHash: string | null;
  events: readonly FoundEvent[];
}

/**
 * `changed`: not what was written, or its hash is not. `missing`: there are later ones. `reordered`: it was written
 * under another number. `truncated`: the newest ones are gone. `added`: never written with the trip.
 */
export type ChainFault = 'changed' | 'missing' | 'reordered' | 'truncated' | 'added';

export interface ChainFinding {
  fault: ChainFault;
  seq: number;
}

/** Compares a trip's events with their hashes; what is wrong, by number. Events older than the chain are passed over. */
export function auditChain(chain: FoundChain, digest: Digest): ChainFinding[] {
  const findings: ChainFinding[] = [];
  /** The hashes that may stand before the next event; none where the one before it is missing. */
  let before: readonly string[] = [NO_HASH];
  let hasBegun = false;
  let expected = 1;
  for (const found of chain.events) {
    const { seq } = found.facts;
    for (; expected < seq; expected += 1) {
      findings.push({ fault: 'missing', seq: expected });
      before = [];
    }
    expected = seq + 1;
    hasBegun ||= found.hash !== null;
    if (!hasBegun) continue;
    const fault = faultOf(found, before, chain, digest);
    if (fault !== undefined) findings.push({ fault, seq });
    // Where events changed places, the one that stood before is somewhere else.
    before = fault === 'reordered' ? hashesOf(chain) : hashesAfter(before, found, digest);
  }
  return [...findings, ...auditHead(chain, expected - 1, before, findings.length === 0)];
}

function faultOf(
  found: FoundEvent,
  before: readonly string[],
  chain: FoundChain,
  digest: Digest,
): ChainFault | undefined {
  if (found.facts.seq > chain.seq) return 'added';
  if (found.hash === null) return 'changed';
  if (before.length === 0 || before.some((previous) => follows(previous, found, digest))) return undefined;
  return isOfAnotherPlace(found, chain, digest) ? 'reordered' : 'changed';
}

function hashesOf({ events }: FoundChain): string[] {
  return events.flatMap(({ hash }) => hash ?? []);
}

function follows(previous: string, { facts, hash }: FoundEvent, digest: Digest): boolean {
  return chainHash(previous, facts, digest) === hash;
}

/** The one that stands with the event, and the one that should: where only a hash was changed, the next event is right. */
function hashesAfter(before: readonly string[], { facts, hash }: FoundEvent, digest: Digest): string[] {
  const right = before.map((previous) => chainHash(previous, facts, digest));
  return [...new Set(hash === null ? right : [hash, ...right])];
}

/** Whether some hash of the trip says that this was written under another number than it has. */
function isOfAnotherPlace({ facts }: FoundEvent, chain: FoundChain, digest: Digest): boolean {
  const hashes = new Set(hashesOf(chain));
  const before = [NO_HASH, ...hashes];
  return chain.events.some(
    ({ facts: { seq } }) =>
      seq !== facts.seq && before.some((hash) => hashes.has(chainHash(hash, { ...facts, seq }, digest))),
  );
}

/** The trip's row knows its newest event: what was cut off at the end shows there. */
function auditHead(
  { seq, headHash, events }: FoundChain,
  lastSeq: number,
  last: readonly string[],
  isSoundSoFar: boolean,
): ChainFinding[] {
  if (lastSeq < seq) return [{ fault: 'truncated', seq: lastSeq + 1 }];
  if (!isSoundSoFar || (headHash === null && events.every(({ hash }) => hash === null))) return [];
  return headHash !== null && last.includes(headHash) ? [] : [{ fault: 'truncated', seq: seq + 1 }];
}
