import { parseLsn, type Lsn } from './wal-names.ts';

/** A timeline that the log followed up to `until`; the last one of a history goes on. */
export interface TimelinePart {
  timeline: number;
  /** Where the next timeline branches off; undefined: it goes on. */
  until: Lsn | undefined;
}

const LINE = /^\s*(\d+)\s+([0-9A-F]+\/[0-9A-F]+)/i;

/**
 * Reads a timeline's history file (each line: parent timeline, where it was left, why). Oldest first, the timeline
 * itself last. Timeline 1 has no file: its history is empty text.
 */
export function parseHistory(timeline: number, text: string): TimelinePart[] {
  const parents = text.split('\n').flatMap((line): TimelinePart[] => {
    const [, parent, until] = LINE.exec(line) ?? [];
    return parent === undefined || until === undefined
      ? []
      : [{ timeline: Number(parent), until: parseLsn(until) }];
  });
  return [...parents, { timeline, until: undefined }];
}

/** The newest timeline in a row from this one on: the one that recovery to the latest goes for. */
export function newestTimeline(from: number, histories: ReadonlySet<number>): number {
  let newest = from;
  while (histories.has(newest + 1)) newest += 1;
  return newest;
}
