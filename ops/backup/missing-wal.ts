/** The WAL that an archive has from one file on. */
export interface WalCoverage {
  /** Number of files without a gap from the first one on. */
  segments: number;
  /** Name of the last of these; null if even the first file is missing. */
  reaches: string | null;
  /** Names of the files that are missing before the newest one. */
  missing: string[];
}

/** A timeline and the segment in which the next timeline begins; undefined for the newest timeline. */
export interface TimelinePart {
  timeline: number;
  until: number | undefined;
}

const NAME = /^([0-9A-F]{8})([0-9A-F]{8})([0-9A-F]{8})$/;
const HISTORY_LINE = /^\s*(\d+)\s+([0-9A-F]+)\/([0-9A-F]+)/i;
const BYTES_PER_LOG_ID = 2 ** 32;

/**
 * Finds the gaps in an archive. Postgres takes a missing file for the end of the WAL, so recovery to the latest position would
 * stop at a gap without an error. Where timelines overlap, the file of the newer one counts, as in recovery.
 *
 * @param archive names of the files in the archive
 * @param first name of the file at which recovery starts
 * @param history the timelines up to the newest one, oldest first
 */
export function walCoverage(
  archive: ReadonlySet<string>,
  first: string,
  history: readonly TimelinePart[],
  segmentBytes: number,
): WalCoverage {
  const nameAt = (segment: number): string =>
    segmentName(timelineAt(segment, history), segment, segmentBytes);
  const start = segmentOf(first, segmentBytes) ?? 0;
  let last = start;
  for (const name of archive) {
    const segment = segmentOf(name, segmentBytes);
    if (segment !== undefined && segment > last && nameAt(segment) === name) last = segment;
  }
  const needed = Array.from({ length: last - start + 1 }, (_, index) => nameAt(start + index));
  const missing = needed.filter((name) => !archive.has(name));
  const segments = missing[0] === undefined ? needed.length : needed.indexOf(missing[0]);
  return { segments, reaches: needed[segments - 1] ?? null, missing };
}

/**
 * Reads a history file of a timeline: a line for each ancestor, with the position where the next timeline begins.
 * Timeline 1 has no file: its text is empty.
 */
export function parseHistory(timeline: number, text: string, segmentBytes: number): TimelinePart[] {
  const ancestors = text.split('\n').flatMap((line): TimelinePart[] => {
    const [, ancestor, upper, lower] = HISTORY_LINE.exec(line) ?? [];
    if (ancestor === undefined || upper === undefined || lower === undefined) return [];
    const until = numberOf(upper, Math.floor(Number.parseInt(lower, 16) / segmentBytes), segmentBytes);
    return [{ timeline: Number(ancestor), until }];
  });
  return [...ancestors, { timeline, until: undefined }];
}

/** The segment's number, counted from the start of the WAL over all timelines; undefined for other names. */
export function segmentOf(name: string, segmentBytes: number): number | undefined {
  const [, , upper, lower] = NAME.exec(name) ?? [];
  if (upper === undefined || lower === undefined) return undefined;
  return numberOf(upper, Number.parseInt(lower, 16), segmentBytes);
}

export function segmentName(timeline: number, segment: number, segmentBytes: number): string {
  const perLogId = BYTES_PER_LOG_ID / segmentBytes;
  return [timeline, Math.floor(segment / perLogId), segment % perLogId].map(eightDigits).join('');
}

export function historyName(timeline: number): string {
  return `${eightDigits(timeline)}.history`;
}

function numberOf(logId: string, inLogId: number, segmentBytes: number): number {
  return Number.parseInt(logId, 16) * (BYTES_PER_LOG_ID / segmentBytes) + inLogId;
}

/** The newest timeline that begins in or before this segment. */
function timelineAt(segment: number, history: readonly TimelinePart[]): number {
  const ended = history.filter(({ until }) => until !== undefined && until <= segment).length;
  return history[ended]?.timeline ?? 1;
}

function eightDigits(value: number): string {
  return value.toString(16).toUpperCase().padStart(8, '0');
}
