import { Command, InvalidArgumentError } from 'commander';
import { FAILOVER_KINDS, FAULT_KINDS, parseFaults, type WantedFault } from './faults/fault-kinds.ts';
import { pathArgument } from '../../ops/command-line/path-argument.ts';
import { decimalNumber, wholeNumber } from '../../ops/command-line/number-arguments.ts';

/** Options of `npm run chaos`. */
export interface ChaosOptions {
  seed: number;
  /** Duration of the faults; each kind occurs at least once. */
  minutes: number;
  faults: readonly WantedFault[];
  matchers: number;
  drivers: number;
  apis: number;
  natsServers: number;
  standbys: number;
  async: boolean;
  /** Number of failovers, instead of a duration. */
  failovers?: number;
  speed: number;
  json?: string;
  keep: boolean;
}

const LAST_SEED = 2 ** 31 - 1;
const MAX_MINUTES = 24 * 60;
const MAX_MATCHERS = 32;
const MAX_DRIVERS = 20_000;
const MAX_FAILOVERS = 10_000;
const MAX_APIS = 4;
const MAX_SPEED = 20;

const POSTGRES_HELP = `
The primary of Postgres is killed at any moment (kill9:primary), with commits that wait for a standby (-waiting), just after its
lines to the standbys were cut (-cut), with one standby behind the other (-lag), or, its lines cut, just after it recovered from a
crash of a session with commits that no standby has (-crashed).

A hundred failovers on two cores take some twenty minutes:
  npm run chaos -- --failovers 100 --standbys 2 --matchers 2 --apis 1 --nats-servers 1 --drivers 100 --speed 5
The same with --async must find something: commits are acknowledged then that only the lost primary had.`;

export function readChaosOptions(argv: readonly string[]): ChaosOptions {
  const given = command()
    .parse(argv, { from: 'user' })
    .opts<Omit<ChaosOptions, 'faults'> & Partial<Pick<ChaosOptions, 'faults'>>>();
  const byDefault = given.failovers === undefined ? 'all' : FAILOVER_KINDS.join(',');
  return { ...given, faults: given.faults ?? parseFaults(byDefault) };
}

function command(): Command {
  return new Command('npm run chaos --')
    .description(
      'Runs a whole city in several instances, injects faults into its processes and its network under load, and compares ' +
        'what the phones received with what Postgres holds. Exit code 0 only for the verdict "ok".',
    )
    .option(
      '--seed <n>',
      'the same seed gives the same faults in the same order',
      wholeNumber(0, LAST_SEED),
      1,
    )
    .option(
      '--minutes <m>',
      'inject faults for this long; each occurs at least once',
      decimalNumber(0, MAX_MINUTES),
      5,
    )
    .option(
      '--faults <list>',
      `all (the default), or some of ${FAULT_KINDS.join(', ')}; freeze:matcher=6 lasts 6 seconds`,
      parseFaults,
    )
    .option(
      '--failovers <n>',
      `run until this many failovers of Postgres, by default with ${FAILOVER_KINDS.join(', ')}`,
      wholeNumber(1, MAX_FAILOVERS),
    )
    .option(
      '--standbys <n>',
      'standbys of Postgres, 1 or 2; one of them confirms each commit',
      oneOf(1, 2),
      1,
    )
    .option('--async', 'commits wait for no standby: the run must lose some, and report it', false)
    .option('--matchers <n>', 'matcher processes', wholeNumber(2, MAX_MATCHERS), 4)
    .option('--drivers <n>', 'simulated drivers', wholeNumber(2, MAX_DRIVERS), 800)
    .option('--apis <n>', 'instances of rider-api and of driver-api', wholeNumber(1, MAX_APIS), 2)
    .option('--nats-servers <n>', '1 or 3', oneOf(1, 3), 3)
    .option('--speed <x>', 'city time runs x times as fast as the clock', decimalNumber(1, MAX_SPEED), 1)
    .option('--json <file>', 'write the findings to this file as JSON', pathArgument)
    .option('--keep', 'leave data and logs in place at the end', false)
    .helpOption('--help', 'show this')
    .addHelpText('after', POSTGRES_HELP);
}

function oneOf(...values: readonly number[]): (text: string) => number {
  return (text) => {
    const value = values.find((known) => String(known) === text);
    if (value === undefined) throw new InvalidArgumentError(`It takes ${values.join(' or ')}.`);
    return value;
  };
}
