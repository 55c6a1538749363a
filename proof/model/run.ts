/** `npm run check:model`: random runs of the model of ownership and of its mutants, in Quint's simulator. */
import { Command } from 'commander';
import { runCommand } from '../../ops/command-line/run-command.ts';
import { checkModel, type Effort, type ModelReport } from './check-model.ts';
import { writeReport } from '../../ops/command-line/json-report.ts';
import { pathArgument } from '../../ops/command-line/path-argument.ts';
import { wholeNumber } from '../../ops/command-line/number-arguments.ts';

interface Options extends Effort {
  readonly json?: string;
}

await runCommand(async () => {
  const { json, ...effort } = readOptions();
  console.log(`model: ${effort.samples} runs of ${effort.steps} steps, seed ${effort.seed}`);
  const report = await checkModel(effort);
  for (const line of describe(report)) console.log(line);
  writeReport(report, json);
  return report.verdict === 'pass' ? 0 : 1;
});

function readOptions(): Options {
  return new Command('npm run check:model --')
    .description(
      'Random runs of the model of ownership in proof/model/, checked after every step, and its mutants.',
    )
    .option('--samples <number>', 'runs of the design', wholeNumber(1), 2000)
    .option('--steps <number>', 'maximum steps of a run', wholeNumber(1), 100)
    .option('--seed <number>', 'seed of the first run; random by default', wholeNumber(1), randomSeed())
    .option('--json <file>', 'write the report to this file', pathArgument)
    .parse()
    .opts<Options>();
}

function describe({ verdict, design, mutants }: ModelReport): string[] {
  const reached = Object.entries(design.witnessed).map(([witness, runs]) => `  ${witness} in ${runs} runs`);
  return [
    design.violated.length === 0
      ? 'design: nothing violated'
      : `design: VIOLATED ${design.violated.join(', ')}`,
    ...(design.replay === undefined ? reached : [`  replay: ${design.replay}`]),
    ...design.unreached.map((witness) => `  NEVER REACHED ${witness}`),
    ...mutants.map(
      ({ mutant, invariant, caught }) =>
        `${mutant}: ${invariant} ${caught ? 'violated, as expected' : 'NOT CAUGHT'}`,
    ),
    `verdict: ${verdict}`,
  ];
}

function randomSeed(): number {
  return 1 + Math.floor(Math.random() * 0xffff_ffff);
}
