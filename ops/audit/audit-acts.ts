import { readActs, readAuditEnd, sha256Hex, type Database } from '#libs/store';
import { ActChainAudit, type ActFinding } from '#libs/trip';

/** How many acts are read at a time. */
const ACTS_PER_PAGE = 1_000;
/** How many faulty acts the report names; it counts all. */
const MAX_NAMED_ACTS = 1_000;

export interface ActsReport {
  /** Acts of operators and their looks at histories. */
  rows: number;
  faults: Record<ActFinding['fault'], number>;
  findings: ActFinding[];
  /** The newest row. Kept elsewhere, it shows later whether everything up to it is still as it was. */
  head: { number: number; hash: string | null };
}

/** Compares the audit of operators with its hashes, and its end with the head. Acts of meanwhile are left to the next audit. */
export async function auditActs(database: Database): Promise<ActsReport> {
  const { number, hash, last: newest } = await readAuditEnd(database);
  const head = { number, hash };
  const last = Math.max(number, newest);
  const faults = { changed: 0, missing: 0, truncated: 0, added: 0 };
  const report: ActsReport = { rows: 0, faults, findings: [], head };
  const note = (findings: readonly ActFinding[]): void => {
    for (const finding of findings) {
      report.faults[finding.fault] += 1;
      if (report.findings.length < MAX_NAMED_ACTS) report.findings.push(finding);
    }
  };
  const chain = new ActChainAudit(sha256Hex);
  let after: number | undefined = 0;
  while (after !== undefined) {
    const page = await readActs(database, { after, last, limit: ACTS_PER_PAGE });
    report.rows += page.length;
    for (const act of page) note(chain.look(act));
    after = page.at(-1)?.facts.number;
  }
  note(chain.end(head));
  return report;
}
