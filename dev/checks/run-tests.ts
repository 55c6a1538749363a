import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryDirectory } from '../process/temporary-directory.ts';
import { DURATIONS_VARIABLE, type FileDuration } from '../test-world/duration-reporter.ts';
import { DURATIONS_FILE } from '../test-world/slowest-first.ts';
import { runStep } from './steps.ts';
import { countTests, type TestReport } from './test-report.ts';

/** What a command runs, as projects of vitest.config.ts. */
const PROJECTS = { tests: ['pure', 'processes'], production: ['production'] } as const;

export type TestSuite = keyof typeof PROJECTS;

const SLOWEST_SHOWN = 10;
/** Faster files need no place in the order of a run. */
const RECORDED_FROM_S = 2;

export interface TestRun {
  suite: TestSuite;
  /** Paths and options for Vitest; none for all tests of the suite. */
  args: readonly string[];
  /** Writes down how long each file took, so that the next runs begin with the slowest. */
  record?: boolean;
}

/** Runs Vitest, prints its slowest files and the counts; gives the exit code. */
export async function runTests({ suite, args, record = false }: TestRun): Promise<number> {
  const directory = temporaryDirectory('report');
  const file = join(directory.path, 'vitest.json');
  const durationsFile = join(directory.path, 'durations.json');
  const reporters = [
    '--reporter=default',
    '--reporter=dev/test-world/duration-reporter.ts',
    '--reporter=json',
    `--outputFile.json=${file}`,
  ];
  const code = await runStep({
    name: 'tests',
    program: 'vitest',
    args: ['run', ...PROJECTS[suite].map((project) => `--project=${project}`), ...reporters, ...args],
    // Each test file has a worker, and scripts under test are processes: five files took 2.7 s instead of 3.5 s.
    env: {
      NODE_COMPILE_CACHE: join(directory.path, 'compile-cache'),
      [DURATIONS_VARIABLE]: durationsFile,
    },
  });
  if (existsSync(file)) {
    const report = JSON.parse(readFileSync(file, 'utf8')) as TestReport;
    const durations = (JSON.parse(readFileSync(durationsFile, 'utf8')) as FileDuration[]).toSorted(
      (one, other) => other.seconds - one.seconds,
    );
    if (record) recordDurations(durations);
    printSlowest(durations.slice(0, SLOWEST_SHOWN));
    const { passed, failed } = countTests(report);
    console.log(`${passed} passed, ${failed} failed`);
  }
  directory.remove();
  return code;
}

function printSlowest(slowest: readonly FileDuration[]): void {
  console.log('Slowest files:');
  for (const { file, seconds, tests } of slowest)
    console.log(`${seconds.toFixed(1).padStart(8)} s  ${file} (${tests} tests)`);
}

function recordDurations(durations: readonly FileDuration[]): void {
  const slow = durations.filter(({ seconds }) => seconds >= RECORDED_FROM_S);
  const seconds = Object.fromEntries(slow.map((one) => [one.file, Math.round(one.seconds)]));
  writeFileSync(DURATIONS_FILE, `${JSON.stringify(seconds, undefined, 2)}\n`);
}
