import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { ProgramFailed, runProgram, type PostgresPrograms } from '../postgres/programs.ts';
import {
  archivedFile,
  archivedNames,
  backupFiles,
  readBackups,
  type BackupDirectory,
} from './backup-directory.ts';
import { segmentOf } from './missing-wal.ts';
import { coverageSince } from './wal-archive.ts';

const MAX_NAMED_FAULTS = 20;

export interface CheckReport {
  backups: { id: string; ended_at: string; bytes: number; faults: string[] }[];
  /** WAL files from the oldest base backup on, without a gap up to the file `reaches`. */
  segments: number;
  reaches: string | null;
  /** Names of WAL files. */
  missing: string[];
  /** WAL files that cannot be read, or do not have the size of a segment. */
  damaged_wal: string[];
  sound: boolean;
}

/**
 * Reads every base backup with pg_verifybackup and every archived file to its end, and names the WAL files that are missing
 * from the oldest base backup on.
 */
export async function checkBackups(
  directory: BackupDirectory,
  programs: PostgresPrograms,
): Promise<CheckReport> {
  const backups = readBackups(directory);
  const [oldest] = backups;
  const coverage = oldest && coverageSince(directory, oldest);
  const checked = [];
  for (const { id, ended_at, bytes } of backups)
    checked.push({ id, ended_at, bytes, faults: await faultsOf(programs, backupFiles(directory, id).data) });
  const damaged = oldest === undefined ? [] : await damagedWal(directory, oldest.segment_bytes);
  const missing = coverage?.missing ?? [];
  return {
    backups: checked,
    segments: coverage?.segments ?? 0,
    reaches: coverage?.reaches ?? null,
    missing,
    damaged_wal: damaged,
    sound:
      backups.length > 0 &&
      missing.length + damaged.length === 0 &&
      checked.every(({ faults }) => faults.length === 0),
  };
}

/** The faults that pg_verifybackup finds in a data directory as pg_basebackup left it. */
export async function faultsOf(programs: PostgresPrograms, data: string): Promise<string[]> {
  try {
    await runProgram(programs, 'pg_verifybackup', ['--quiet', data]);
    return [];
  } catch (error) {
    if (error instanceof ProgramFailed) return error.lines.slice(0, MAX_NAMED_FAULTS);
    throw error;
  }
}

async function damagedWal(directory: BackupDirectory, segmentBytes: number): Promise<string[]> {
  const damaged: string[] = [];
  for (const name of [...archivedNames(directory)].toSorted()) {
    const isSegment = segmentOf(name, segmentBytes) !== undefined;
    const bytes = await unpackedBytes(archivedFile(directory, name));
    if (bytes === undefined || (isSegment && bytes !== segmentBytes)) damaged.push(name);
  }
  return damaged;
}

/** Undefined if the file does not match its own checksum, or is cut off. */
async function unpackedBytes(file: string): Promise<number | undefined> {
  let bytes = 0;
  try {
    await pipeline(createReadStream(file), createGunzip(), async (chunks: AsyncIterable<Buffer>) => {
      for await (const chunk of chunks) bytes += chunk.length;
    });
    return bytes;
  } catch {
    return undefined;
  }
}
