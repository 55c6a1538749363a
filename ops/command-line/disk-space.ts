import { statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { UserError } from './user-error.ts';

const BYTES_PER_MB = 1024 * 1024;
/** Postgres, NATS and npm report a full disk in their own words. Below this free space it is the likely cause. */
const FULL_BELOW_BYTES = 8 * BYTES_PER_MB;
const DISK_FULL_CODES = ['ENOSPC', 'EDQUOT'];
const MAX_CAUSES = 10;

/** Throws a {@link UserError} unless the disk of a directory has room for the files of a command. */
export function requireDiskSpace(directory: string, neededBytes: number): void {
  const freeBytes = freeBytesOf(directory);
  if (freeBytes !== undefined && freeBytes < neededBytes) throw tooFull(directory, freeBytes, neededBytes);
}

/** The error to report if the disk of a directory has filled up since {@link requireDiskSpace}. */
export function filledUp(directory: string, neededBytes: number): UserError | undefined {
  const freeBytes = freeBytesOf(directory);
  if (freeBytes === undefined || freeBytes >= FULL_BELOW_BYTES) return undefined;
  return tooFull(directory, freeBytes, Math.max(neededBytes, FULL_BELOW_BYTES));
}

/** A message for a failed write to a full disk; undefined for any other error. */
export function describeDiskFull(error: unknown): string | undefined {
  let cause = error;
  for (let depth = 0; depth < MAX_CAUSES && cause instanceof Error; depth += 1, cause = cause.cause) {
    if (!('code' in cause) || !DISK_FULL_CODES.includes(String(cause.code))) continue;
    const path = 'path' in cause && typeof cause.path === 'string' ? cause.path : fullDirectory();
    const where = path === undefined ? 'a disk is full' : `the disk of ${path} is full`;
    return `${where}: at least ${megabytes(FULL_BELOW_BYTES)} needed`;
  }
  return undefined;
}

/** The full one of the two directories that commands mostly write to, since a failed write does not name its file. */
function fullDirectory(): string | undefined {
  return [process.cwd(), tmpdir()].find(
    (directory) => (freeBytesOf(directory) ?? Infinity) < FULL_BELOW_BYTES,
  );
}

function tooFull(directory: string, freeBytes: number, neededBytes: number): UserError {
  return new UserError(
    `the disk of ${directory} is too full: ${megabytes(freeBytes)} free, about ${megabytes(neededBytes)} needed`,
  );
}

/** Free space for this user; undefined if the file system does not report it. */
function freeBytesOf(directory: string): number | undefined {
  try {
    const { bavail, bsize } = statfsSync(directory);
    return bavail * bsize;
  } catch {
    return undefined;
  }
}

function megabytes(bytes: number): string {
  return `${Math.floor(bytes / BYTES_PER_MB)} MB`;
}
