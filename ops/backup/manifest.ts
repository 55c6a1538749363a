import { createHash } from 'node:crypto';
import { createReadStream, readdirSync, readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';

const FILES_AT_ONCE = 8;
const MAX_NAMED_FAULTS = 20;

/** Postgres's own `backup_manifest`, which pg_verifybackup reads too. */
const manifestSchema = z.object({
  'PostgreSQL-Backup-Manifest-Version': z.union([z.literal(1), z.literal(2)]),
  Files: z.array(
    z.union([
      z.object({
        Path: z.string(),
        Size: z.number(),
        'Checksum-Algorithm': z.literal('SHA256'),
        Checksum: z.string(),
      }),
      z.object({ 'Encoded-Path': z.string() }),
    ]),
  ),
  'Manifest-Checksum': z.string(),
});

export interface ManifestFile {
  path: string;
  bytes: number;
  sha256: string;
}

/**
 * Reads the manifest and compares it with its own checksum, the SHA-256 of all lines before the last. Throws where it
 * is not what the server wrote.
 */
export function readManifest(file: string): ManifestFile[] {
  const text = readFileSync(file, 'utf8');
  const manifest = manifestSchema.parse(JSON.parse(text));
  const signed = text.slice(0, text.lastIndexOf('"Manifest-Checksum"'));
  const digest = createHash('sha256').update(signed).digest('hex');
  if (digest !== manifest['Manifest-Checksum']) throw new Error(`${file}: the manifest has been changed`);
  return manifest.Files.map((entry) => {
    if (!('Path' in entry)) throw new Error(`${file}: a file name that is not UTF-8`);
    return { path: entry.Path, bytes: entry.Size, sha256: entry.Checksum };
  });
}

/**
 * Compares the files below a folder with the manifest; names what is wrong, at most some of it. Each file is flushed
 * to disk first where `flush` is set.
 */
export async function compareFiles(
  files: readonly ManifestFile[],
  folder: string,
  { flush = false } = {},
): Promise<string[]> {
  const faults: string[] = [];
  const expected = new Set(files.map(({ path }) => path));
  for (const found of filesBelow(folder))
    if (!expected.has(found)) faults.push(`${found} is not in the manifest`);
  for (let start = 0; start < files.length; start += FILES_AT_ONCE) {
    const some = files.slice(start, start + FILES_AT_ONCE);
    const found = await Promise.all(some.map((file) => faultOf(file, join(folder, file.path), flush)));
    faults.push(...found.filter((fault) => fault !== undefined));
  }
  return faults.slice(0, MAX_NAMED_FAULTS);
}

async function faultOf(
  { path, bytes, sha256 }: ManifestFile,
  file: string,
  flush: boolean,
): Promise<string | undefined> {
  try {
    if (flush) await flushFile(file);
    const hash = createHash('sha256');
    let read = 0;
    await pipeline(createReadStream(file), async function* (chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) {
        read += chunk.length;
        hash.update(chunk);
        yield; // nothing is passed on
      }
    });
    if (read !== bytes) return `${path} has ${read} bytes, not ${bytes}`;
    return hash.digest('hex') === sha256 ? undefined : `${path} has other contents`;
  } catch (error) {
    return `${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`;
  }
}

async function flushFile(file: string): Promise<void> {
  const handle = await open(file, 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
}
