import { DEFAULT_ENGINE_PARAMS } from '#libs/dispatch';
import { NO_TROUBLES } from './options.ts';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { RideTimeSource } from './quoted-rides.ts';
import { decimalNumber, wholeNumber, wholeNumbers } from '../../../ops/command-line/number-arguments.ts';
import { pathArgument } from '../../../ops/command-line/path-argument.ts';
import { UserError } from '../../../ops/command-line/user-error.ts';
import { policyNamed, POLICIES } from './matcher/policies.ts';
import { SYNTHETIC_DEFAULTS } from './world/synthetic-city.ts';

const S_PER_HOUR = 3_600;
const S_PER_MINUTE = 60;

/** The command line of `npm run bench:quality`. */
export interface CommandLine {
  /** Recorded demand and its street network; both absent: synthetic city. */
  readonly recorded: { readonly trips: string; readonly streets: string } | undefined;
  readonly from: number;
  readonly to: number;
  readonly fleet: readonly number[];
  readonly seeds: number;
  readonly seed: number;
  readonly shards: readonly number[];
  readonly policy: readonly string[];
  readonly maxWait: number;
  readonly round: number;
  readonly rideTimes: RideTimeSource;
  /** Hours of recorded rides before the start from which ride times were learned. */
  readonly history: number;
  /** Undefined: the street network's own error. */
  readonly etaNoise?: number;
  readonly answer: number;
  readonly declines: number;
  readonly cancels: number;
  readonly stale: number;
  readonly newsDelay: number;
  readonly radius: number;
  readonly following: number;
  readonly failover: boolean;
  readonly bound: boolean;
  readonly json?: string;
  readonly plots?: string;
}

type Given = Omit<CommandLine, 'recorded' | 'from' | 'to' | 'fleet'> &
  Partial<Pick<CommandLine, 'from' | 'to' | 'fleet'>> & {
    readonly trips?: string;
    readonly streets?: string;
  };

/** A service that has been running since the early morning. */
const DEFAULT_HISTORY_H = 6;

/** Defaults for a run on recorded demand. */
const RECORDED_DEFAULTS = { fleet: [1_300], fromS: 11 * S_PER_HOUR, toS: 15 * S_PER_HOUR };

/** Throws {@link UserError} if only one of `--trips` and `--streets` is given. */
export function readCommandLine(argv: readonly string[]): CommandLine {
  const { trips, streets, from, to, fleet, ...given } = command().parse(argv).opts<Given>();
  const recorded = recordedOf(trips, streets);
  const defaults = recorded === undefined ? SYNTHETIC_DEFAULTS : RECORDED_DEFAULTS;
  return {
    ...given,
    recorded,
    from: from ?? defaults.fromS,
    to: to ?? defaults.toS,
    fleet: fleet ?? defaults.fleet,
  };
}

function recordedOf(trips: string | undefined, streets: string | undefined): CommandLine['recorded'] {
  if (trips === undefined && streets === undefined) return undefined;
  if (trips === undefined || streets === undefined)
    throw new UserError('--trips and --streets belong together: give both, or neither for a synthetic city');
  return { trips, streets };
}

function command(): Command {
  return new Command('npm run bench:quality --')
    .description(
      'Compares policies for choosing drivers by how well they serve riders, on virtual time: on recorded demand, or ' +
        'without --trips and --streets in a small synthetic city.',
    )
    .option('--trips <file>', 'recorded trips (CSV); needs --streets', pathArgument)
    .option('--streets <dir>', 'their street network (nodes.csv, edges.csv)', pathArgument)
    .option(
      '--from <HH:MM>',
      'start of the simulation (11:00); the first hour warms up and is not measured',
      timeOfDay,
    )
    .option(
      '--to <HH:MM>',
      `end of the requests (15:00; synthetic city: ${hourOf(SYNTHETIC_DEFAULTS.toS)})`,
      timeOfDay,
    )
    .option(
      '--fleet <list>',
      `cars (1300; synthetic city: ${SYNTHETIC_DEFAULTS.fleet.join(',')})`,
      wholeNumbers(1),
    )
    .option('--seeds <n>', 'runs of each case, one per seed', wholeNumber(1), 1)
    .option('--seed <n>', 'the first seed', wholeNumber(0), 1)
    .option('--shards <list>', 'matchers that share the city', wholeNumbers(1), [1])
    .option('--policy <list>', `any of ${POLICIES.map(({ name }) => name).join(', ')}`, names, [
      'greedy_road',
      'engine',
    ])
    .option('--max-wait <s>', 'from request to pickup; a rider who waits longer is lost', wholeNumber(0), 300)
    .option('--round <s>', 'interval of rounds', wholeNumber(0), 2)
    .addOption(
      new Option(
        '--ride-times <source>',
        'ride times of quotes: of the street network, or learned from completed rides',
      )
        .choices(['street', 'learned'] satisfies RideTimeSource[])
        .default('learned' satisfies RideTimeSource),
    )
    .option(
      '--history <h>',
      'hours of recorded rides before the start from which ride times were learned; 0: none',
      wholeNumber(0),
      DEFAULT_HISTORY_H,
    )
    .option(
      '--eta-noise <sigma>',
      'standard deviation of the logarithm of true over told times of drives to pickups and of moves; default: the ' +
        "street network's own error against the recorded rides",
      decimalNumber(0, 1),
    )
    .option('--answer <s>', 'mean time a driver takes to answer an offer', wholeNumber(0), 0)
    .option('--declines <share>', 'share of offers that drivers decline', decimalNumber(0, 1), 0)
    .option(
      '--cancels <share>',
      'share of riders who cancel within three minutes of the match',
      decimalNumber(0, 1),
      0,
    )
    .option('--stale <s>', 'interval of position reports; 0: each round', wholeNumber(0), NO_TROUBLES.staleS)
    .option(
      '--news-delay <s>',
      'how late a matcher hears of its neighbours’ decisions',
      wholeNumber(0),
      NO_TROUBLES.newsDelayS,
    )
    .option(
      '--radius <m>',
      'greatest straight-line distance of a candidate, and width of the halo around a matcher’s shards',
      wholeNumber(1),
      DEFAULT_ENGINE_PARAMS.match.pickupRadiusM,
    )
    .option('--following <share>', 'share of drivers who follow repositioning advice', decimalNumber(0, 1), 1)
    .option('--failover', 'one matcher crashes in the middle and restarts without its memory', false)
    .option(
      '--bound',
      'also compute what a dispatcher could reach that knows the future; takes a minute a fleet',
      false,
    )
    .option('--json <file>', 'also write the rows to this file', pathArgument)
    .option(
      '--plots <dir>',
      'draw waits (of the first fleet) and riders served by fleet size as SVG into this folder',
      pathArgument,
    );
}

function timeOfDay(text: string): number {
  const match = /^(\d{1,2}):(\d{2})$/.exec(text);
  const [hours, minutes] = [Number(match?.[1]), Number(match?.[2])];
  if (!(hours <= 24 && minutes < 60)) throw new InvalidArgumentError('It is a time of day like 18:30.');
  return hours * S_PER_HOUR + minutes * S_PER_MINUTE;
}

function hourOf(atS: number): string {
  return `${atS / S_PER_HOUR}:00`;
}

function names(text: string): string[] {
  if (text === 'all') return POLICIES.map(({ name }) => name);
  try {
    return text.split(',').map((name) => policyNamed(name).name);
  } catch (error) {
    throw new InvalidArgumentError(error instanceof RangeError ? `${error.message}.` : String(error));
  }
}
