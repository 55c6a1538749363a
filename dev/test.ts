/**
 * `npm test`: builds, checks the sources, runs every test. With arguments, builds and runs only the selected tests.
 * `npm run test:production` does the same for the tests that need Debian's packages, without the checks.
 */
import { Command } from 'commander';
import { ensureBuilt } from './build/ensure-built.ts';
import type { TestSuite } from './checks/run-tests.ts';
import { runStaticChecks } from './checks/steps.ts';
import { runCommand } from '../ops/command-line/run-command.ts';

interface Options {
  readonly testNamePattern?: string;
  readonly bail?: string;
  readonly record?: boolean;
}

const COMMANDS = {
  tests: command(
    'tests',
    'npm test --',
    'Builds, checks the sources and runs every test; with arguments, builds and runs only those tests.',
  ),
  production: command(
    'production',
    'npm run test:production --',
    'Builds and runs the tests that need Patroni, etcd, HAProxy and pgBackRest.',
  ),
} satisfies Record<TestSuite, Command>;

const [name = '', ...given] = process.argv.slice(2);
const chosen = Object.entries(COMMANDS).find(([known]) => known === name)?.[1];
if (chosen === undefined) throw new Error(`dev/test.ts takes one of ${Object.keys(COMMANDS).join(', ')}`);
await chosen.parseAsync(given, { from: 'user' });

function command(suite: TestSuite, usage: string, description: string): Command {
  return new Command(usage)
    .usage('[options] [path...] [-- vitest-options...]')
    .description(description)
    .argument(
      '[path...]',
      'run the test files whose path contains one of these; after a second --, Vitest options',
    )
    .option('-t, --test-name-pattern <pattern>', 'run the tests whose name matches')
    .option('--bail <n>', 'stop after n failures')
    .option('--record', 'record the duration of each file, so that later runs start the slowest ones first')
    .action((paths: string[], options: Options) =>
      runCommand(() => buildAndTest(suite, vitestArguments(paths, options), options.record)),
    );
}

function vitestArguments(paths: readonly string[], { testNamePattern, bail }: Options): string[] {
  return [
    ...paths,
    ...(testNamePattern === undefined ? [] : [`--testNamePattern=${testNamePattern}`]),
    ...(bail === undefined ? [] : [`--bail=${bail}`]),
  ];
}

async function buildAndTest(suite: TestSuite, args: readonly string[], record = false): Promise<number> {
  const withChecks = suite === 'tests' && args.length === 0;
  const [, checksCode] = await Promise.all([build(), withChecks ? runStaticChecks() : 0]);
  if (checksCode !== 0) return checksCode;
  // Loaded after the options are parsed: --help takes 0.13 s of processor time instead of 0.46 s.
  const { runTests } = await import('./checks/run-tests.ts');
  return runTests({ suite, args, record });
}

async function build(): Promise<void> {
  const startedAt = performance.now();
  const compiled = await ensureBuilt();
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(`✓ build (${compiled ? `${seconds} s` : 'up to date'})`);
}
