/** `npm run bench:planner`: duration of the planner's decisions, compared with rendezvous hashing of the same shards. */
import { Command } from 'commander';
import { describeMachine } from '../../../dev/machine/describe-machine.ts';
import { runCommand } from '../../../ops/command-line/run-command.ts';
import type { Effort } from './measure-planner.ts';
import { printReport } from '../../../ops/command-line/json-report.ts';
import { pathArgument } from '../../../ops/command-line/path-argument.ts';
import { wholeNumber } from '../../../ops/command-line/number-arguments.ts';

interface Options extends Effort {
  readonly json?: string;
}

async function main(): Promise<number> {
  const options = readOptions();
  // Loaded after the options are parsed: --help takes 0.11 s of processor time instead of 0.51 s.
  const { measure, SHARD_COUNTS } = await import('./measure-planner.ts');
  const cases = SHARD_COUNTS.map((shards) => measure(shards, options));
  const report = {
    command: `npm run bench:planner -- --seed ${options.seed} --runs ${options.runs} --matchers ${options.matchers}`,
    seed: options.seed,
    matchers: options.matchers,
    cases,
    ...describeMachine({}),
  };
  printReport(report, options.json);
  return 0;
}

function readOptions(): Options {
  return new Command('npm run bench:planner --')
    .option('--seed <n>', 'seed of the loads', wholeNumber(1), 1)
    .option('--runs <n>', 'runs of each decision', wholeNumber(1), 15)
    .option('--matchers <n>', 'matchers that share the shards', wholeNumber(1), 8)
    .option('--json <file>', 'also write the result to this file', pathArgument)
    .parse()
    .opts<Options>();
}

await runCommand(main);
