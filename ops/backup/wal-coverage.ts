import type { TimelinePart } from './timeline-history.ts';
import { formatLsn, parseSegmentName, segmentBefore, segmentName, segmentOf, type Lsn } from './wal-names.ts';

/** Files of the log that are not where they should be: one of these would do at each place. */
export interface MissingWal {
  /** Name of the file that should be there. */
  name: string;
  /** Recovery would end here. */
  lsn: string;
}

export interface WalCoverage {
  /** Segments from the start on that are there without a gap. */
  segments: number;
  /** Where the log ends that can be reached without a gap. */
  reaches: string;
  missing: MissingWal[];
}

/** What is needed of an archive: from where, along which timelines, and up to where if that is known. */
export interface WalNeed {
  start: Lsn;
  /** Oldest first; the first one is that of the base backup, or older. */
  history: readonly TimelinePart[];
  /** Undefined: as far as the archive goes. */
  end?: Lsn | undefined;
}

/**
 * Which segments of the log are missing between the start and the end. At each place the file of the newest timeline
 * that had begun by then counts, as in Postgres's own recovery: it repeats what the older one had before the branch.
 *
 * @param archive names of the files that are there
 */
export function walCoverage(need: WalNeed, archive: ReadonlySet<string>, segmentBytes: number): WalCoverage {
  const first = segmentOf(need.start, segmentBytes);
  const nameAt = (segment: bigint): string =>
    segmentName({ timeline: timelineAt(segment, need.history, segmentBytes), segment }, segmentBytes);
  const last =
    need.end === undefined ? lastIn(archive, nameAt, segmentBytes) : segmentBefore(need.end, segmentBytes);
  const missing: MissingWal[] = [];
  let reached = first;
  for (let segment = first; segment <= last; segment += 1n) {
    const name = nameAt(segment);
    if (!archive.has(name)) missing.push({ name, lsn: formatLsn(segment * BigInt(segmentBytes)) });
    else if (missing.length === 0) reached = segment + 1n;
  }
  return {
    segments: Number(reached - first),
    reaches: formatLsn(reached * BigInt(segmentBytes)),
    missing,
  };
}

/** The last segment that is there as a file of the timeline that counts at its place; -1 where there is none. */
function lastIn(
  archive: ReadonlySet<string>,
  nameAt: (segment: bigint) => string,
  segmentBytes: number,
): bigint {
  let last = -1n;
  for (const name of archive) {
    const segment = parseSegmentName(name, segmentBytes)?.segment ?? -1n;
    if (segment > last && nameAt(segment) === name) last = segment;
  }
  return last;
}

/** The newest timeline that had begun before the segment's end. */
function timelineAt(segment: bigint, history: readonly TimelinePart[], segmentBytes: number): number {
  const segmentEnd = (segment + 1n) * BigInt(segmentBytes);
  let timeline = history[0]?.timeline ?? 1;
  for (const [index, part] of history.entries()) {
    const begins = history[index - 1]?.until ?? 0n;
    if (begins < segmentEnd) timeline = part.timeline;
  }
  return timeline;
}
