/**
 * `npm run fuzz`: the properties that read any nodes, edges and trips files and any positions of phones, with a million
 * cases each. A failed one prints the command that replays its case.
 */
import { Command } from 'commander';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { wholeNumber } from '../ops/command-line/number-arguments.ts';
import { runCommand } from '../ops/command-line/run-command.ts';

const MAX_CASES = 1_000_000_000;
const ROOT = join(import.meta.dirname, '..');
const FILES = [
  'libs/geo/file-fuzz.test.ts',
  'libs/contracts/ping.test.ts',
  'apps/driver-api/positions/judge-ping.test.ts',
];
/** Of those files, the properties about any input. */
const TITLES = 'any text|whatever a phone sends|for any sequence of pings';

const command = new Command('npm run fuzz --')
  .description('Reads any files and any positions: each is used, or named in an error or a report.')
  .option('--cases <n>', 'cases of each property', wholeNumber(1, MAX_CASES), 1_000_000)
  .parse();

await runCommand(async () => {
  const { cases } = command.opts<{ cases: number }>();
  const vitest = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs');
  const child = spawn(process.execPath, [vitest, 'run', ...FILES, '-t', TITLES], {
    cwd: ROOT,
    env: { ...process.env, HAILGRID_PROPERTY_RUNS: String(cases) },
    stdio: 'inherit',
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
});
