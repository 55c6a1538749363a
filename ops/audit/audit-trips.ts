import type { TripId } from '#libs/contracts';
import { readChains, readSlotDisagreements, sha256Hex, type Database } from '#libs/store';
import { auditChain, type ChainFinding } from '#libs/trip';
import type { StreamNumbers } from '../events/stream-numbers.ts';
import { auditActs, type ActsReport } from './audit-acts.ts';
import { StreamAudit, type StreamReport } from './audit-stream.ts';

/** How many trips are read at a time, each with its tens of events. */
const TRIPS_PER_PAGE = 500;
/** How many faults the report names; it counts all. */
export const MAX_NAMED_FINDINGS = 1_000;

export interface AuditFinding extends ChainFinding {
  trip_id: TripId;
}

export interface AuditReport {
  trips: number;
  events: number;
  /** Events older than the hash chain, which cannot be checked. */
  unchained_events: number;
  faults: Record<ChainFinding['fault'], number>;
  findings: AuditFinding[];
  /** Open trips without a slot of their rider, and slots without an open trip. */
  slots: SlotReport;
  /** What operators did. */
  acts: ActsReport;
  stream?: StreamReport;
}

export interface SlotReport {
  missing: number;
  orphaned: number;
  /** The first of them. */
  trip_ids: TripId[];
}

/** Compares the events of all trips with their hashes, and with the stream if one is given. */
export async function auditTrips(database: Database, numbers?: StreamNumbers): Promise<AuditReport> {
  await numbers?.readOn();
  const stream = numbers && new StreamAudit(numbers);
  const report: AuditReport = {
    trips: 0,
    events: 0,
    unchained_events: 0,
    faults: { changed: 0, missing: 0, reordered: 0, truncated: 0, added: 0 },
    findings: [],
    slots: await auditSlots(database),
    acts: await auditActs(database),
  };
  let after: TripId | undefined;
  do {
    const chains = await readChains(database, after, TRIPS_PER_PAGE);
    for (const chain of chains) {
      stream?.look(chain);
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
  if (stream !== undefined) report.stream = await stream.conclude(database);
  return report;
}

/** Reads both tables in one statement, so that trips which begin or end meanwhile are no fault. */
async function auditSlots(database: Database): Promise<SlotReport> {
  const found = await readSlotDisagreements(database, MAX_NAMED_FINDINGS);
  const missing = found.filter(({ fault }) => fault === 'slot_missing').length;
  return { missing, orphaned: found.length - missing, trip_ids: found.map(({ tripId }) => tripId) };
}

/** Whether the audit found no fault. */
export function isSound({ faults, slots, acts, stream }: AuditReport): boolean {
  const count = [...Object.values(faults), ...Object.values(acts.faults)].reduce(
    (sum, faulty) => sum + faulty,
    0,
  );
  return count + slots.missing + slots.orphaned + (stream?.missing ?? 0) + (stream?.out_of_order ?? 0) === 0;
}
