/** `npm run bench:dispatch`: the dispatch core on one core, compared with the obvious alternative. */
import { Command } from 'commander';
import { runCommand } from '../../../ops/command-line/run-command.ts';
import { describeMachine } from '../../../dev/machine/describe-machine.ts';
import { printReport } from '../../../ops/command-line/json-report.ts';
import { pathArgument } from '../../../ops/command-line/path-argument.ts';
import { wholeNumber } from '../../../ops/command-line/number-arguments.ts';
import type { Effort } from './measure-dispatch.ts';

interface Options extends Effort {
  readonly json?: string;
}

const program = new Command('npm run bench:dispatch --')
  .description('Measures the dispatch core on one core, compared with the obvious alternative.')
  .option('--seed <n>', 'seed of positions and steps', wholeNumber(1), 1)
  .option('--drivers <n>', 'drivers in the index', wholeNumber(1), 100_000)
  .option('--trips <n>', 'open trips of a full round', wholeNumber(1), 1000)
  .option('--json <file>', 'also write the results to this file', pathArgument)
  .parse();
const options = program.opts<Options>();
await runCommand(async () => {
  // Loaded after the options are parsed: --help takes 0.11 s of processor time instead of 0.51 s.
  const { measureAssign, measureIndex, measureRound } = await import('./measure-dispatch.ts');
  const report = {
    command: ['npm run bench:dispatch --', ...process.argv.slice(2)].join(' '),
    ...describeMachine({ v8: process.versions.v8 }),
    seed: options.seed,
    index: measureIndex(options),
    assign: [
      measureAssign(options, 1000, 1000),
      measureAssign(options, 1000, 500),
      measureAssign(options, 500, 1000),
    ],
    round: [measureRound(options), measureRound({ ...options, drivers: options.trips })],
  };
  printReport(report, options.json);
  return 0;
});
