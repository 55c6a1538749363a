import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { archivedFile, archivedNames, type BackupDirectory } from './backup-directory.ts';
import { backupFiles, readBackups } from './base-backups.ts';
import { coverageOf } from './coverage-of.ts';
import { compareFiles, readManifest } from './manifest.ts';
import type { MissingWal } from './wal-coverage.ts';
import { parseSegmentName } from './wal-names.ts';

export interface CheckReport {
  backups: { id: string; ended_at: string; bytes: number; faults: string[] }[];
  /** Files of the log from the oldest base backup on; without a gap up to `reaches`. */
  segments: number;
  reaches: string | null;
  missing: MissingWal[];
  /** Files of the log that cannot be read, or are not as long as they should be. */
  damaged_wal: string[];
  sound: boolean;
}

/**
 * Reads everything: each file of each base backup against its manifest, each file of the log to its end; and tells what of
 * the log is missing from the oldest base backup on.
 */
export async function checkBackups(directory: BackupDirectory): Promise<CheckReport> {
  const backups = readBackups(directory);
  const [oldest] = backups;
  const coverage = oldest && coverageOf(directory, oldest);
  const checked = [];
  for (const { id, ended_at, bytes } of backups)
    checked.push({ id, ended_at, bytes, faults: await faultsOf(directory, id) });
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

async function faultsOf(directory: BackupDirectory, id: string): Promise<string[]> {
  const files = backupFiles(directory, id);
  try {
    return await compareFiles(readManifest(files.manifest), files.data);
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}

async function damagedWal(directory: BackupDirectory, segmentBytes: number): Promise<string[]> {
  const damaged: string[] = [];
  for (const name of [...archivedNames(directory)].toSorted()) {
    const isSegment = parseSegmentName(name, segmentBytes) !== undefined;
    const bytes = await unpackedBytes(archivedFile(directory, name));
    if (bytes === undefined || (isSegment && bytes !== segmentBytes)) damaged.push(name);
  }
  return damaged;
}

/** Undefined where the file's own checksum does not agree, or it is cut off. */
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
