import type { VanishedPhone } from '#libs/contracts';
import type { ClientEntry } from './client-entry.ts';
import type { ConsumedEvents } from './consumed-events.ts';
import { doubleAssigned } from './double-assigned.ts';
import { duplicated } from './duplicated.ts';
import { failedRequests, type BlamedFault } from './failed-requests.ts';
import type { DatabaseFacts, Violation } from './facts.ts';
import { illegalHistories } from './illegal-histories.ts';
import { overlapping } from './lineage.ts';
import { acknowledgedTrips, lost } from './lost.ts';
import { orphanClaims, orphanSlots, stuckTrips } from './orphans.ts';
import { phonesWithTwoTrips } from './phones-with-two-trips.ts';
import { redispatchTimesS } from './redispatch-times.ts';
import { rpoRows } from './rpo-rows.ts';
import { staleEpochCommits } from './stale-epoch-commits.ts';
import { staleReads } from './stale-reads.ts';

export interface Findings {
  /** Trips that were acknowledged to riders. */
  readonly acknowledged: number;
  readonly offers: number;
  /** Offers whose acceptance was acknowledged to a driver. */
  readonly accepted: number;
  readonly lost: readonly Violation[];
  readonly doubleAssigned: readonly Violation[];
  readonly staleEpochCommits: readonly Violation[];
  readonly overlapping: readonly Violation[];
  readonly duplicated: readonly Violation[];
  readonly illegalHistories: readonly Violation[];
  /** Acknowledged or delivered rows that are missing. */
  readonly rpoRows: readonly Violation[];
  readonly staleReads: readonly Violation[];
  /** Claims and slots of nobody, and trips that a vanished phone keeps open. */
  readonly orphanClaims: readonly Violation[];
  readonly orphanSlots: readonly Violation[];
  readonly stuckTrips: readonly Violation[];
  /** Per driver who vanished on the way: service seconds until its rider had another search. */
  readonly redispatchS: readonly number[];
  readonly failedByFault: Readonly<Record<string, number>>;
}

/** Compares what the phones and a consumer of the events received with the database. */
export function check(
  entries: readonly ClientEntry[],
  facts: DatabaseFacts,
  faults: readonly BlamedFault[],
  living: ReadonlySet<string>,
  consumed: Pick<ConsumedEvents, 'all'>,
  vanished: readonly VanishedPhone[] = [],
): Findings {
  return {
    acknowledged: acknowledgedTrips(entries).size,
    offers: facts.events.filter(({ type }) => type === 'offer_made').length,
    accepted: entries.filter((entry) => entry.kind === 'driver_changed' && entry.change === 'accept').length,
    lost: lost(entries, facts, living),
    doubleAssigned: [...doubleAssigned(facts), ...phonesWithTwoTrips(entries, facts.events)],
    staleEpochCommits: staleEpochCommits(facts.events, facts.changes, facts.trips),
    overlapping: overlapping(facts.shards),
    duplicated: duplicated(entries, facts),
    illegalHistories: illegalHistories(facts),
    rpoRows: rpoRows(entries, facts, consumed),
    staleReads: staleReads(entries),
    orphanClaims: orphanClaims(facts),
    orphanSlots: orphanSlots(facts),
    stuckTrips: stuckTrips(facts, vanished),
    redispatchS: redispatchTimesS(facts.events, vanished),
    failedByFault: failedRequests(entries, faults),
  };
}
