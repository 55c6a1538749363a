import { Command } from 'commander';
import { pathArgument } from '../../../ops/command-line/path-argument.ts';
import { wholeNumber } from '../../../ops/command-line/number-arguments.ts';

export interface Options {
  /** Duration of each measurement; each side has one per round. */
  readonly seconds: number;
  readonly rounds: number;
  /** Concurrent trips, on either side. */
  readonly inFlight: number;
  readonly seed: number;
  readonly standbys: number;
  /** Processes of `trips` that share the commands. */
  readonly services: number;
  /** Also measures commands without tokens, alternating with the others. */
  readonly withoutTokens: boolean;
  readonly json?: string;
}

const MAX_IN_FLIGHT = 200;

export function readOptions(args: readonly string[]): Options {
  return new Command('npm run bench:trips --')
    .description(
      'Measures whole trips per second through the service trips over NATS, each step a commit that a standby has ' +
        'confirmed, compared with pgbench running the same statements, one commit a step, on the same cluster.',
    )
    .option('--seconds <n>', 'duration of each measurement', wholeNumber(1, 600), 20)
    .option('--rounds <n>', 'measurements of each side, alternating', wholeNumber(1, 20), 2)
    .option('--in-flight <n>', 'concurrent trips', wholeNumber(1, MAX_IN_FLIGHT), 64)
    .option('--services <n>', 'processes of trips', wholeNumber(1, 8), 1)
    .option('--standbys <n>', 'standbys, one of which confirms each commit: 1 or 2', wholeNumber(1, 2), 1)
    .option('--seed <n>', 'seed of the positions', wholeNumber(0, 2 ** 31), 1)
    .option('--without-tokens', 'also measure without the tokens of people, which `trips` verifies', false)
    .option('--json <file>', 'also write the result to this file', pathArgument)
    .parse(args, { from: 'user' })
    .opts<Options>();
}
