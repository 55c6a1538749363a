import { execFile } from 'node:child_process';
import { accessSync, chmodSync, constants, existsSync, mkdirSync, renameSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { requireDiskSpace } from '../../ops/command-line/disk-space.ts';
import { cacheDirectory } from './cache-directory.mjs';
import { withLock } from './lock.mjs';
import { withScratchDirectory } from './scratch-directory.mjs';

const GO_INSTALL_TIMEOUT_MS = 10 * 60_000;
/** Free disk space needed to fetch and unpack the largest program. */
const FETCHED_BYTES = 512 * 1024 ** 2;

/** A program at one pinned version, kept in the cache of this user. */
export interface CachedTool {
  name: string;
  version: string;
  /** Fetches the program into an empty scratch directory and returns its path. */
  fetch: (scratch: string) => Promise<string>;
}

/** The path of the tool in the cache. Fetches a missing tool, one process at a time. */
export async function fromCache(tool: CachedTool): Promise<string> {
  const target = join(cacheDirectory(tool.name, tool.version), tool.name);
  if (existsSync(target)) return target;
  return withLock(join(cacheDirectory(), `${tool.name}.lock`), async () => {
    if (!existsSync(target)) await fetchInto(target, tool);
    return target;
  });
}

/** A folder of programs at one pinned version, kept in the cache of this user. */
export interface CachedDirectory {
  name: string;
  version: string;
  /** The cache directory; by default that of this user. */
  cache?: string;
  /** Fills an empty directory. */
  fetch: (scratch: string) => Promise<void>;
}

/** The path of the folder in the cache, readable by other users. Fetches a missing folder, one process at a time. */
export async function directoryFromCache(directory: CachedDirectory): Promise<string> {
  const { name, version, cache = cacheDirectory(), fetch } = directory;
  const target = join(cache, name, version, 'files');
  if (existsSync(target)) return target;
  return withLock(join(cache, `${name}.lock`), async () => {
    if (existsSync(target)) return target;
    console.error(`hailgrid: fetching ${name} ${version} (once) …`);
    mkdirSync(dirname(target), { recursive: true });
    requireDiskSpace(cache, FETCHED_BYTES);
    return withScratchDirectory(target, async (scratch) => {
      chmodSync(scratch, 0o755);
      await fetch(scratch);
      renameSync(scratch, target);
      return target;
    });
  });
}

async function fetchInto(target: string, { name, version, fetch }: CachedTool): Promise<void> {
  console.error(`hailgrid: fetching ${name} ${version} (once) …`);
  requireDiskSpace(dirname(target), FETCHED_BYTES);
  await withScratchDirectory(target, async (scratch) => {
    const program = await fetch(scratch);
    chmodSync(program, 0o755);
    renameSync(program, target);
  });
}

/** Builds the command of a Go module at a version, such as `go.k6.io/k6@v1.8.1`, into the directory. */
export async function goInstall(command: string, directory: string): Promise<void> {
  await promisify(execFile)('go', ['install', command], {
    timeout: GO_INSTALL_TIMEOUT_MS,
    env: { ...process.env, GOBIN: directory },
  });
}

/** The first executable of this name in a list of directories in the format of PATH. */
export function findOnPath(name: string, path = process.env['PATH'] ?? ''): string | undefined {
  return path
    .split(delimiter)
    .map((directory) => join(directory, name))
    .find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The last line that a failed program wrote to stderr, which usually has the reason. */
export function lastLine(error: unknown): string {
  const text =
    error instanceof Error && 'stderr' in error ? String(error.stderr) || error.message : String(error);
  return text.trim().split('\n').at(-1) ?? 'unknown';
}
