/** `npm run check:model`: random runs of the model of ownership, and of its mutants, by Quint's simulator. */
import { Command, InvalidArgumentError } from 'commander';
import { writeFileSync } from 'node:fs';
import { runCommand } from '../../ops/command-line/run-command.ts';
import { checkModel, type Effort, type ModelReport } from './check-model.ts';

interface Options extends Effort {
  readonly json?: string;
}

await runCommand(async () => {
  const { json, ...effort } = readOptions();
  console.log(`model: ${effort.samples} runs of ${effort.steps} steps, seed ${effort.seed}`);
  const report = await checkModel(effort);
  for (const line of describe(report)) console.log(line);
  if (json !== undefined) writeFileSync(json, `${JSON.stringify(report, null, 2)}\n`);
  return report.verdict === 'pass' ? 0 : 1;
});

function readOptions(): Options {
  return new Command('npm run check:model --')
    .description(
      'Random runs of the model of ownership in proof/model/, checked after every step, and its mutants.',
    )
    .option('--samples <number>', 'runs of the design', positive, 2000)
    .option('--steps <number>', 'steps of a run, at most', positive, 100)
    .option('--seed <number>', 'of the first run; random by default', positive, randomSeed())
    .option('--json <file>', 'writes the report')
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
        `${mutant}: ${invariant} ${caught ? 'violated, as it is to be' : 'NOT CAUGHT'}`,
    ),
    `verdict: ${verdict}`,
  ];
}

function positive(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError('a whole number from 1 on');
  return value;
}

function randomSeed(): number {
  return 1 + Math.floor(Math.random() * 0xffff_ffff);
}
