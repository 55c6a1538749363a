import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { archivedFile, archivedNames, type BackupDirectory } from './backup-directory.ts';
import { newestTimeline, parseHistory, type TimelinePart } from './timeline-history.ts';
import { historyName, parseHistoryName } from './wal-names.ts';

/** The way of the log from this timeline to the newest one in the archive: what recovery to the latest follows. */
export function readNewestHistory(directory: BackupDirectory, from: number): TimelinePart[] {
  const timelines = [...archivedNames(directory)].flatMap((name) => parseHistoryName(name) ?? []);
  const newest = newestTimeline(from, new Set(timelines));
  return newest === 1 ? parseHistory(1, '') : parseHistory(newest, readHistory(directory, newest));
}

function readHistory(directory: BackupDirectory, timeline: number): string {
  return gunzipSync(readFileSync(archivedFile(directory, historyName(timeline)))).toString('utf8');
}
