import type { TripId } from '#libs/contracts';
import { readChains, sha256Hex, type Database } from '#libs/store';
import { auditChain, type ChainFinding } from '#libs/trip';

/** Trips read at a time, each with its tens of events. */
const TRIPS_PER_PAGE = 500;
/** The report counts all faults and names so many. */
export const MAX_NAMED_FINDINGS = 1_000;

export interface AuditFinding extends ChainFinding {
  trip_id: TripId;
}

export interface AuditReport {
  trips: number;
  events: number;
  /** Events older than the chain: nothing vouches for them. */
  unchained_events: number;
  faults: Record<ChainFinding['fault'], number>;
  findings: AuditFinding[];
}

/** Walks all trips and compares their events with their hashes. */
export async function auditTrips(database: Database): Promise<AuditReport> {
  const report: AuditReport = {
    trips: 0,
    events: 0,
    unchained_events: 0,
    faults: { changed: 0, missing: 0, reordered: 0, truncated: 0, added: 0 },
    findings: [],
  };
  let after: TripId | undefined;
  do {
    const chains = await readChains(database, after, TRIPS_PER_PAGE);
    for (const chain of chains) {
      report.trips += 1;
      report.events += chain.events.length;
      report.unchained_events += chain.events.filter(({ hash }) => hash === null).length;
      for (const finding of auditChain(chain, sha256Hex)) {
        report.faults[finding.fault] += 1;
        if (report.findings.length < MAX_NAMED_FINDINGS)
          report.findings.push({ trip_id: chain.tripId, ...finding });
      }
    }
    after = chains.at(-1)?.tripId;
  } while (after !== undefined);
  return report;
}
