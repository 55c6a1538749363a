/** `npm test`: builds, checks the sources, runs every test. With arguments, builds and runs the tests chosen by them. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { ensureBuilt } from './build/ensure-built.ts';
import { countTests, type TestReport } from './checks/count-tests.ts';
import { runStep, runSteps, STATIC_CHECKS } from './checks/steps.ts';
import { runCommand } from '../ops/command-line/run-command.ts';
import { temporaryDirectory } from './process/temporary-directory.ts';

interface Options {
  readonly testNamePattern?: string;
  readonly bail?: string;
}

await new Command('npm test --')
  .usage('[options] [path...] [-- vitest-options...]')
  .description(
    'Builds, checks the sources and runs every test; with arguments, builds and runs only those tests.',
  )
  .argument(
    '[path...]',
    'run the test files whose path contains one of these; after a second --, Vitest options',
  )
  .option('-t, --test-name-pattern <pattern>', 'run the tests whose name matches')
  .option('--bail <n>', 'stop after so many failures')
  .action((paths: string[], options: Options) =>
    runCommand(() => buildAndTest(vitestArguments(paths, options))),
  )
  .parseAsync();

function vitestArguments(paths: readonly string[], { testNamePattern, bail }: Options): string[] {
  return [
    ...paths,
    ...(testNamePattern === undefined ? [] : [`--testNamePattern=${testNamePattern}`]),
    ...(bail === undefined ? [] : [`--bail=${bail}`]),
  ];
}

async function buildAndTest(filters: readonly string[]): Promise<number> {
  const startedAt = performance.now();
  const compiled = await ensureBuilt();
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(`✓ build (${compiled ? `${seconds} s` : 'up to date'})`);
  const staticCode = filters.length > 0 ? 0 : await runSteps(STATIC_CHECKS);
  return staticCode === 0 ? runTests(filters) : staticCode;
}

async function runTests(filters: readonly string[]): Promise<number> {
  const directory = temporaryDirectory('report');
  const report = join(directory.path, 'vitest.json');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const code = await runStep({ name: 'tests', program: 'vitest', args: ['run', ...reporters, ...filters] });
  if (existsSync(report)) {
    const { passed, failed } = countTests(JSON.parse(readFileSync(report, 'utf8')) as TestReport);
    console.log(`${passed} passed, ${failed} failed`);
  }
  directory.remove();
  return code;
}
