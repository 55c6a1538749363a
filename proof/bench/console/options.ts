import { Command } from 'commander';
import { pathArgument } from '../../../ops/command-line/path-argument.ts';
import { wholeNumber } from '../../../ops/command-line/number-arguments.ts';

export interface Options {
  readonly drivers: number;
  /** Duration of each window, without and with a map. */
  readonly seconds: number;
  readonly rounds: number;
  readonly seed: number;
  readonly json?: string;
}

const MAX_DRIVERS = 20_000;

export function readOptions(args: readonly string[]): Options {
  return new Command('npm run bench:console --')
    .description(
      'Runs a city and measures, in alternating windows, what one open map costs the console and the city, with a client that reads every update ' +
        'of the whole city; then opens the map in Chromium and measures the weight of the page, its first paint, and the time from a ping to a pixel.',
    )
    .option('--drivers <n>', 'simulated drivers', wholeNumber(1, MAX_DRIVERS), 1_000)
    .option('--seconds <n>', 'duration of each window', wholeNumber(5, 600), 20)
    .option('--rounds <n>', 'windows of each kind, alternating', wholeNumber(1, 20), 2)
    .option('--seed <n>', 'seed of the city', wholeNumber(0, 2 ** 31), 1)
    .option('--json <file>', 'also write the result to this file', pathArgument)
    .parse(args, { from: 'user' })
    .opts<Options>();
}
