import { copyFileSync, openSync, readSync, closeSync, statSync, truncateSync } from 'node:fs';

/** A log larger than this is moved aside once (`<file>.1`), so that a stack left running cannot fill the disk. */
export const LOG_LIMIT_BYTES = 64 * 1024 * 1024;
const TAIL_BYTES = 16 * 1024;

/** The last `count` lines of a file; an absent file has none. */
export function lastLines(file: string, count: number): string[] {
  const sizeBytes = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  const text = readFrom(file, Math.max(0, sizeBytes - TAIL_BYTES)).text;
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(-count);
}

/**
 * Copies a log that outgrew its bound to `<file>.1` and empties it in place: its writer holds it open for
 * appending, so renaming would not make it let go. Lines written between the two steps are lost.
 */
export function boundLog(file: string, limitBytes = LOG_LIMIT_BYTES): void {
  const sizeBytes = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (sizeBytes <= limitBytes) return;
  copyFileSync(file, `${file}.1`);
  truncateSync(file);
}

/** Gives the whole lines that were added to a growing file since the last call, at first since this one. */
export function followLines(file: string): () => string[] {
  let offset = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  let partial = '';
  return () => {
    const added = readFrom(file, offset);
    offset = added.end;
    const lines = (partial + added.text).split('\n');
    partial = lines.pop() ?? '';
    return lines;
  };
}

function readFrom(file: string, start: number): { text: string; end: number } {
  const sizeBytes = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (sizeBytes <= start) return { text: '', end: Math.min(start, sizeBytes) };
  const descriptor = openSync(file, 'r');
  try {
    const buffer = Buffer.alloc(sizeBytes - start);
    const length = readSync(descriptor, buffer, 0, buffer.length, start);
    return { text: buffer.toString('utf8', 0, length), end: start + length };
  } finally {
    closeSync(descriptor);
  }
}
