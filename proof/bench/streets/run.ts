/** `npm run bench:streets`: travel times on street networks by table, by hierarchy and by plain search, in one run. */
import { Command, InvalidArgumentError } from 'commander';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseStreetGraph } from '#libs/geo';
import { describeMachine } from '../../../dev/machine/describe-machine.ts';
import { runCommand } from '../../../ops/command-line/run-command.ts';
import { seededRandom } from '../dispatch/city.ts';
import { gridCity } from './grid-city.ts';
import { measureNetwork } from './measure-network.ts';
import { round, timesOf } from './timing.ts';

interface Options {
  readonly streets?: string;
  readonly hour: number;
  readonly seed: number;
  readonly runs: number;
  readonly largeSide: number;
  readonly json?: string;
}

/** Crossings along one side of the city that stands in for one that was not given: some 4,000 in all. */
const SMALL_SIDE = 64;

function main(): number {
  const options = readOptions();
  const { hour, seed, runs, largeSide, streets } = options;
  const measured = (name: string, load: () => ReturnType<typeof gridCity>) => {
    const loading = timesOf(Math.min(runs, 5), load);
    return { name, load: loading, ...measureNetwork(load(), { hour, runs, random: seededRandom(seed) }) };
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
  console.log(JSON.stringify(report, undefined, 2));
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(report, undefined, 2)}\n`);
  return 0;
}

function readStreets(directory: string) {
  const text = (file: string): string => readFileSync(join(directory, file), 'utf8');
  return parseStreetGraph(text('nodes.csv'), text('edges.csv'));
}

function readOptions(): Options {
  return new Command('npm run bench:streets --')
    .option('--streets <dir>', 'a folder with nodes.csv and edges.csv; without it, a generated city')
    .option('--hour <n>', 'of the day', hourOfDay, 8)
    .option('--seed <n>', 'of the generated cities and of the questions', whole, 1)
    .option('--runs <n>', 'of each measurement', whole, 9)
    .option('--large-side <n>', 'crossings along one side of the large city', whole, 316)
    .option('--json <file>', 'write the result there too')
    .parse()
    .opts<Options>();
}

function hourOfDay(text: string): number {
  const hour = Number(text);
  if (!Number.isInteger(hour) || hour < 0 || hour > 23) throw new InvalidArgumentError('It takes 0 to 23.');
  return hour;
}

function whole(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new InvalidArgumentError('It takes a whole number from 1 on.');
  return value;
}

await runCommand(main);
