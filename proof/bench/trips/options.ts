import { Command } from 'commander';
import { pathArgument } from '../../../ops/command-line/path-argument.ts';
import { wholeNumber } from '../../../ops/command-line/number-arguments.ts';

export interface Options {
  /** Of each measurement; each side has one a round. */
  readonly seconds: number;
  readonly rounds: number;
  /** Trips that go on at the same time, on either side. */
  readonly inFlight: number;
  readonly seed: number;
  readonly standbys: number;
  /** Processes of `trips` that share the commands. */
  readonly services: number;
  readonly json?: string;
}

const MAX_IN_FLIGHT = 200;

export function readOptions(args: readonly string[]): Options {
  return new Command('npm run bench:trips --')
    .description(
      'Measures whole trips a second through the service trips over NATS, each step a commit that a standby has ' +
        'confirmed, beside pgbench running the same statements, one commit a step, on the same cluster.',
    )
    .option('--seconds <n>', 'of each measurement', wholeNumber(1, 600), 20)
    .option('--rounds <n>', 'measurements of either side, which take turns', wholeNumber(1, 20), 2)
    .option('--in-flight <n>', 'trips that go on at the same time', wholeNumber(1, MAX_IN_FLIGHT), 64)
    .option('--services <n>', 'processes of trips', wholeNumber(1, 8), 1)
    .option('--standbys <n>', 'of which one confirms each commit: 1 or 2', wholeNumber(1, 2), 1)
    .option('--seed <n>', 'of the places', wholeNumber(0, 2 ** 31), 1)
    .option('--json <file>', 'write the result there too', pathArgument)
    .parse(args, { from: 'user' })
    .opts<Options>();
}
