import { canonicalJson } from './canonical-json.ts';

/** SHA-256 of a UTF-8 text, in hexadecimal. A parameter, because pure libraries import no cryptography. */
export type Digest = (text: string) => string;

/** The immutable facts of an event. */
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
  /** State of all drivers concerned after the event. */
  drivers: unknown;
  /** The shard and epoch that authorised an offer. */
  shard: string | null;
  epoch: number | null;
}

/** Previous hash of the first event of a trip. */
export const NO_HASH = '';

/** Digest of the facts of an event. */
export function factsDigest(facts: ChainedFacts, digest: Digest): string {
  return digest(canonicalJson(facts));
}

/**
 * The hash of an event: over the previous hash and the digest of the event's facts, both in hexadecimal. It covers the
 * whole history up to the event.
 */
export function chainHash(previous: string, facts: ChainedFacts, digest: Digest): string {
  return digest(previous + factsDigest(facts, digest));
}
