/** `npm test`: builds, checks the sources, runs every test. With arguments, builds and runs Vitest with those alone. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBuilt } from './build/ensure-built.ts';
import { countTests, type TestReport } from './checks/count-tests.ts';
import { runStep, runSteps, STATIC_CHECKS } from './checks/steps.ts';
import { runCommand } from '../ops/command-line/run-command.ts';
import { temporaryDirectory } from './process/temporary-directory.ts';

const filters = process.argv.slice(2);

await runCommand(async () => {
  const startedAt = performance.now();
  const compiled = await ensureBuilt();
  console.log(
    `✓ build (${compiled ? `${((performance.now() - startedAt) / 1000).toFixed(1)} s` : 'up to date'})`,
  );
  const staticCode = filters.length > 0 ? 0 : await runSteps(STATIC_CHECKS);
  return staticCode === 0 ? runTests() : staticCode;
});

async function runTests(): Promise<number> {
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
