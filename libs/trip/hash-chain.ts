import { canonicalJson } from './canonical-json.ts';

/** SHA-256 of a text in UTF-8, in hexadecimal; handed in, since what is pure imports no cryptography. */
export type Digest = (text: string) => string;

/** All that is kept of an event and that nobody may change afterwards. */
export interface ChainedFacts {
  tripId: string;
  seq: number;
  type: string;
  /** RFC 3339, with milliseconds. */
  at: string;
  driverId: string | null;
  event: unknown;
  driverStatus: string | null;
  driverVersion: number | null;
  /** What became of all drivers concerned. */
  drivers: unknown;
  /** The authority of an offer. */
  shard: string | null;
  epoch: number | null;
}

/** What stands before the first event of a trip. */
export const NO_HASH = '';

/** What an event gives to its link of the chain. */
export function factsDigest(facts: ChainedFacts, digest: Digest): string {
  return digest(canonicalJson(facts));
}

/**
 * The hash that stands with an event: of the one before it and of the event's facts, both in hexadecimal. So it
 * stands for the whole history up to the event.
 */
export function chainHash(previous: string, facts: ChainedFacts, digest: Digest): string {
  return digest(previous + factsDigest(facts, digest));
}
