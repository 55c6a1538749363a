import { copyFileSync, openSync, readSync, closeSync, statSync, truncateSync } from 'node:fs';

/** A larger log is moved to `<file>.1`, so that a system left running cannot fill the disk. */
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
 * Copies a log beyond its bound to `<file>.1` and truncates it. It is not renamed, because its writer would go on
 * writing to the renamed file. Lines written between the two steps are lost.
 */
export function boundLog(file: string, limitBytes = LOG_LIMIT_BYTES): void {
  const sizeBytes = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (sizeBytes <= limitBytes) return;
  copyFileSync(file, `${file}.1`);
  truncateSync(file);
}

/** Returns a function that gives the whole lines added to a file since its last call. */
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
