import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { DEFAULT_SNAP_LIMIT_M, MAX_SNAP_LIMIT_M } from '#libs/geo';
import { decimalNumber, wholeNumber } from '../../ops/command-line/number-arguments.ts';
import { UserError } from '../../ops/command-line/user-error.ts';
import { pathArgument, requireExisting, requireStreets } from '../../ops/command-line/path-argument.ts';

/** The options of `npm start`. */
export interface CityOptions {
  drivers: number;
  matchers: number;
  /** Number of Postgres standbys. */
  standbys: number;
  /** Recorded demand to replay, and the streets to drive on; absent: the built-in city. */
  trips?: string;
  streets?: string;
  /** How far in metres a point may be from the nearest street to be on it. */
  snapLimitM: number;
  /** Seconds after midnight at which the demand begins. */
  fromS: number;
  /** Minutes of city time; 0: until Ctrl-C. */
  minutes: number;
  speed: number;
  seed: number;
  json?: string;
  /** Directory for the report of the run. */
  report?: string;
  /** First of five consecutive ports; undefined: the default ports, or the next free ones. */
  port?: number;
  /** Whether webhooks are delivered, also to loopback addresses. */
  webhooks: boolean;
  /** Directory of the WAL archive, for `npm run backup`. */
  backup?: string;
  keep: boolean;
}

const MAX_DRIVERS = 100_000;
const MAX_MATCHERS = 64;
const MAX_STANDBYS = 2;
/** The services' maximum for HAILGRID_CLOCK_SPEED. */
const MAX_SPEED = 100;
const MAX_MINUTES = 24 * 60;
const NOON_S = 12 * 3600;
const LAST_BASE_PORT = 65_531;
const LAST_SEED = 2 ** 32 - 1;

/** Reads the command line of `npm start`. Throws {@link UserError} for missing files. */
export function readOptions(argv: readonly string[]): CityOptions {
  const given = command()
    .parse(argv, { from: 'user' })
    .opts<CityOptions & { from: number; snapLimit: number }>();
  const { from, snapLimit, ...rest } = given;
  const options: CityOptions = { ...rest, fromS: from, snapLimitM: snapLimit };
  if (options.trips !== undefined) requireExisting(options.trips, '--trips', 'file');
  if (options.streets !== undefined) requireStreets(options.streets);
  if (options.trips !== undefined && options.streets === undefined) {
    throw new UserError('--trips: recorded trips need the streets they were driven on; give --streets too');
  }
  if (options.json !== undefined) requireExisting(dirname(options.json), '--json', 'directory');
  const { report } = options;
  // Made at the end, in a directory that is there.
  if (report !== undefined)
    requireExisting(existsSync(report) ? report : dirname(report), '--report', 'directory');
  return options;
}

function command(): Command {
  return new Command('npm start --')
    .description(
      'Runs a whole small city: Postgres with a synchronous standby and failover, nats-server, every service, and a fleet of ' +
        'simulated riders and drivers that use the public API.',
    )
    .option('--drivers <n>', 'simulated drivers', wholeNumber(1, MAX_DRIVERS), 300)
    .option('--matchers <n>', 'matcher processes', wholeNumber(1, MAX_MATCHERS), 2)
    .option(
      '--standbys <n>',
      'hot standbys of Postgres, one of which confirms each commit',
      wholeNumber(1, MAX_STANDBYS),
      1,
    )
    .option(
      '--trips <file>',
      'replay the trips of this file (columns: see docs/operations.md) instead of generated demand',
      pathArgument,
    )
    .option(
      '--streets <dir>',
      'drive on the street network of this directory (nodes.csv, edges.csv)',
      pathArgument,
    )
    .addOption(
      new Option('--snap-limit <m>', 'metres to the nearest street up to which a place is on it')
        .argParser(decimalNumber(1, MAX_SNAP_LIMIT_M))
        .default(DEFAULT_SNAP_LIMIT_M),
    )
    .addOption(
      new Option('--from <HH:MM>', 'time of day at which the demand begins')
        .argParser(timeOfDay)
        .default(NOON_S, '12:00'),
    )
    .option('--minutes <m>', 'minutes of city time to run; 0: until Ctrl-C', decimalNumber(0, MAX_MINUTES), 5)
    .option('--speed <x>', 'speed of city time, relative to the clock', decimalNumber(1, MAX_SPEED), 1)
    .option(
      '--seed <n>',
      'the same seed gives the same riders, drivers and choices',
      wholeNumber(0, LAST_SEED),
      1,
    )
    .option('--json <file>', 'also write the final table to this file, as JSON', pathArgument)
    .option(
      '--report <dir>',
      'also write the final table and charts of the run to report.html in this directory',
      pathArgument,
    )
    .option(
      '--port <n>',
      'rider-api on this port; driver-api, dev-issuer, trips and the console on the next four',
      wholeNumber(1, LAST_BASE_PORT),
    )
    .option('--webhooks', 'deliver webhooks, also to addresses of this machine', false)
    .option(
      '--backup <dir>',
      'archive the WAL of Postgres in this directory, for npm run backup and npm run restore',
      pathArgument,
    )
    .option('--keep', 'keep data and logs at the end', false)
    .helpOption('--help', 'show this')
    .addHelpText('after', '\nDefault ports: 8080 to 8084, or the next free ones.');
}

function timeOfDay(text: string): number {
  const match = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(text);
  if (match === null) throw new InvalidArgumentError('It takes a time of day such as 12:00.');
  return Number(match[1]) * 3600 + Number(match[2]) * 60;
}
