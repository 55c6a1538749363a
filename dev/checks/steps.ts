import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { CHECKOUT } from '../build/checkout.ts';

/** One program of the project's tools, run in the checkout. */
export interface Step {
  name: string;
  /** Name of the program in node_modules/.bin. */
  program: string;
  args: readonly string[];
  /** Variables beside those of this process. */
  env?: NodeJS.ProcessEnv;
}

const SOURCE_FOLDERS = ['apps', 'libs', 'packages', 'ops', 'dev', 'proof', 'load', 'test'];

export const FORMAT: Step = {
  name: 'format',
  program: 'prettier',
  args: ['--write', '--log-level=warn', '.'],
};
export const LINT: Step = { name: 'lint', program: 'oxlint', args: ['--type-aware'] };
/** Runs as a test, since the pages need the modules of every app and a database with our migrations. */
export const DOCS: Step = {
  name: 'docs',
  program: 'vitest',
  args: ['run', '--update=all', 'test/docs/reference.test.ts'],
};

/**
 * Written before migrations were linted, and run since on every database there is: they stay as they are. Their tables
 * were new or as small as the number of drivers and shards, so that what locks them is done in no time; `integer` counts
 * the events of one trip, `char(3)` is a currency; nobody read the renamed column before.
 */
const FIRST_MIGRATIONS = /^000[1-5]_/;
const NOT_ASKED_OF_FIRST = [
  'adding-serial-primary-key-field',
  'ban-char-field',
  'ban-drop-not-null',
  'constraint-missing-not-valid',
  'disallowed-unique-constraint',
  'prefer-bigint-over-int',
  'prefer-bigint-over-smallint',
  'renaming-column',
  'require-concurrent-index-creation',
  'require-concurrent-index-deletion',
  'require-lock-timeout',
  'require-statement-timeout',
];
const SQUAWK = ['--assume-in-transaction', '--pg-version=15.0', '--reporter=gcc'];

function migrations(areMeant: (name: string) => boolean): string[] {
  return readdirSync(join(CHECKOUT, 'migrations'))
    .filter((name) => name.endsWith('.sql') && areMeant(name))
    .map((name) => join('migrations', name));
}

/** What can be said about the sources without running them. */
export const STATIC_CHECKS: readonly Step[] = [
  { name: 'format check', program: 'prettier', args: ['--check', '--log-level=warn', '.'] },
  LINT,
  { name: 'types', program: 'tsc', args: ['-p', 'tsconfig.json'] },
  { name: 'types of load', program: 'tsc', args: ['-p', 'load/tsconfig.json'] },
  { name: 'types of the page', program: 'tsc', args: ['-p', 'apps/console/web/tsconfig.json'] },
  {
    name: 'import rules',
    program: 'depcruise',
    args: [...SOURCE_FOLDERS.filter(exists), '--output-type=err'],
  },
  {
    name: 'migrations',
    program: 'squawk',
    args: [...SQUAWK, ...migrations((name) => !FIRST_MIGRATIONS.test(name))],
  },
  {
    name: 'first migrations',
    program: 'squawk',
    args: [
      ...SQUAWK,
      `--exclude=${NOT_ASKED_OF_FIRST.join()}`,
      ...migrations((name) => FIRST_MIGRATIONS.test(name)),
    ],
  },
  { name: 'dead code', program: 'knip', args: ['--no-progress'] },
];

/** As many as a small machine has cores. */
const CHECKS_AT_A_TIME = 2;

/** Runs all static checks, side by side; gives the exit code of one that failed, else 0. */
export async function runStaticChecks(): Promise<number> {
  const waiting = [...STATIC_CHECKS];
  let failure = 0;
  const runWaiting = async (): Promise<void> => {
    for (let step = waiting.shift(); step !== undefined && failure === 0; step = waiting.shift()) {
      const code = await runTimed(step);
      if (code !== 0) failure = code;
    }
  };
  await Promise.all(Array.from({ length: CHECKS_AT_A_TIME }, runWaiting));
  return failure;
}

/** Runs a step silently, then prints how long it took and, where it failed, all it said. */
async function runTimed(step: Step): Promise<number> {
  const startedAt = performance.now();
  const { code, output } = await runCaptured(step);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  if (code !== 0) process.stdout.write(output);
  console.log(`${code === 0 ? '✓' : '✗'} ${step.name} (${seconds} s)`);
  return code;
}

function runCaptured({ program, args }: Step): Promise<{ code: number; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(join(CHECKOUT, 'node_modules', '.bin', program), args, { cwd: CHECKOUT });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code: code ?? 1, output }));
  });
}

/** Runs one step with its output shown; gives its exit code. */
export function runStep({ program, args, env }: Step): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(join(CHECKOUT, 'node_modules', '.bin', program), args, {
      cwd: CHECKOUT,
      stdio: 'inherit',
      env: { ...process.env, ...env },
    });
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

function exists(folder: string): boolean {
  return existsSync(join(CHECKOUT, folder));
}
