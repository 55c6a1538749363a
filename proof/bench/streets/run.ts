/** `npm run bench:streets`: travel times on street networks by table, by hierarchy and by plain search, in one run. */
import { Command } from 'commander';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HOURS_PER_DAY, parseStreetGraph } from '#libs/geo';
import { describeMachine } from '../../../dev/machine/describe-machine.ts';
import { runCommand } from '../../../ops/command-line/run-command.ts';
import { seededFractions } from '#libs/random';
import { gridCity } from './grid-city.ts';
import { measureNetwork } from './measure-network.ts';
import { round, timesOf } from './timing.ts';
import { printReport } from '../../../ops/command-line/json-report.ts';
import { pathArgument } from '../../../ops/command-line/path-argument.ts';
import { wholeNumber } from '../../../ops/command-line/number-arguments.ts';

interface Options {
  readonly streets?: string;
  readonly hour: number;
  readonly seed: number;
  readonly runs: number;
  readonly largeSide: number;
  readonly json?: string;
}

/** Crossings along one side of the city used without `--streets`: about 4,000 in all. */
const SMALL_SIDE = 64;

function main(): number {
  const options = readOptions();
  const { hour, seed, runs, largeSide, streets } = options;
  const measured = (name: string, load: () => ReturnType<typeof gridCity>) => {
    const loading = timesOf(Math.min(runs, 5), load);
    return { name, load: loading, ...measureNetwork(load(), { hour, runs, random: seededFractions(seed) }) };
  };
  const networks = [
    streets === undefined
      ? measured('generated city', () => gridCity(SMALL_SIDE, seed))
      : measured('streets given', () => readStreets(streets)),
    measured('large generated city', () => gridCity(largeSide, seed)),
  ];
  const report = {
    command: `npm run bench:streets -- ${streets === undefined ? '' : `--streets ${streets} `}--hour ${hour} --seed ${seed} --runs ${runs} --large-side ${largeSide}`,
    hour,
    seed,
    networks,
    peak_memory_mb: round(process.resourceUsage().maxRSS / 1024),
    ...describeMachine({}),
  };
  printReport(report, options.json);
  return 0;
}

function readStreets(directory: string) {
  const text = (file: string): string => readFileSync(join(directory, file), 'utf8');
  return parseStreetGraph(text('nodes.csv'), text('edges.csv'));
}

function readOptions(): Options {
  return new Command('npm run bench:streets --')
    .option(
      '--streets <dir>',
      'a folder with nodes.csv and edges.csv; without it, a generated city',
      pathArgument,
    )
    .option('--hour <n>', 'hour of the day', wholeNumber(0, HOURS_PER_DAY - 1), 8)
    .option('--seed <n>', 'seed of the generated cities and of the queries', wholeNumber(1), 1)
    .option('--runs <n>', 'runs of each measurement', wholeNumber(1), 9)
    .option('--large-side <n>', 'crossings along one side of the large city', wholeNumber(1), 316)
    .option('--json <file>', 'also write the result to this file', pathArgument)
    .parse()
    .opts<Options>();
}

await runCommand(main);
