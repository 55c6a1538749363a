import { execFile } from 'node:child_process';
import { existsSync, globSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { UserError } from '../command-line/user-error.ts';

/** Where Debian and Ubuntu install each major version. */
const INSTALLED = '/usr/lib/postgresql/*/bin';
const MAX_OUTPUT_BYTES = 16 * 1024 * 1024;

/** The programs of one PostgreSQL installation. */
export interface PostgresPrograms {
  /** Contains postgres, pg_basebackup, pg_verifybackup and pg_archivecleanup. */
  directory: string;
  version: string;
}

/**
 * Finds the programs in HAILGRID_POSTGRES_BIN, else in `preferred`, on the PATH, or the newest that Debian has installed.
 * Throws {@link UserError} if there are none.
 */
export async function findPrograms(
  preferred?: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<PostgresPrograms> {
  const named = env['HAILGRID_POSTGRES_BIN'];
  const candidates =
    named !== undefined && named !== ''
      ? [named]
      : [preferred, ...(env['PATH'] ?? '').split(delimiter), ...installed()];
  // A client package alone brings pg_basebackup without the server.
  const directory = candidates.find(
    (candidate) =>
      candidate !== undefined &&
      existsSync(join(candidate, 'pg_basebackup')) &&
      existsSync(join(candidate, 'postgres')),
  );
  if (directory === undefined)
    throw new UserError(
      `There are no programs of PostgreSQL${named ? ` in ${named}` : ''}: ` +
        'install it, and name the directory with pg_basebackup and postgres in HAILGRID_POSTGRES_BIN',
    );
  const { stdout } = await promisify(execFile)(join(directory, 'postgres'), ['--version'], { cwd: '/' });
  return { directory, version: /\d+(\.\d+)?/.exec(stdout)?.[0] ?? stdout.trim() };
}

/** Runs one program to its end, with messages in English. Throws {@link ProgramFailed} unless it ends with exit code 0. */
export async function runProgram(
  { directory }: Pick<PostgresPrograms, 'directory'>,
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  const options = {
    cwd: '/',
    env: { ...process.env, LC_ALL: 'C', ...env },
    maxBuffer: MAX_OUTPUT_BYTES,
  };
  await promisify(execFile)(join(directory, program), args, options).catch((error: unknown) => {
    throw new ProgramFailed(program, linesOf(error, program));
  });
}

/** A program of PostgreSQL ended with an error; `lines` is its error output. */
export class ProgramFailed extends UserError {
  readonly lines: readonly string[];

  constructor(program: string, lines: readonly string[]) {
    super(`${program}: ${lines.join('; ')}`);
    this.lines = lines;
  }
}

function linesOf(error: unknown, program: string): string[] {
  const written = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
  const text = written === '' ? String(error) : written;
  const prefix = new RegExp(String.raw`^${program}: (error: |fatal: )?`);
  return text.split('\n').map((line) => line.replace(prefix, ''));
}

/** Newest first. */
function installed(): string[] {
  const major = (directory: string): number => Number.parseInt(directory.split('/').at(-2) ?? '', 10);
  return globSync(INSTALLED).toSorted((a, b) => major(b) - major(a));
}
