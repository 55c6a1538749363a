import { Command, InvalidArgumentError } from 'commander';
import { decimalNumber, wholeNumber, wholeNumbers } from '../../../ops/command-line/number-arguments.ts';
import { pathArgument } from '../../../ops/command-line/path-argument.ts';
import { UserError } from '../../../ops/command-line/user-error.ts';
import { policyNamed, POLICIES } from './policies.ts';
import { SYNTHETIC_DEFAULTS } from './synthetic-city.ts';

const S_PER_HOUR = 3_600;
const S_PER_MINUTE = 60;

/** The command line of `npm run bench:quality`. */
export interface CommandLine {
  /** Recorded demand and its street network; both absent: a synthetic city. */
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
  readonly etaNoise: number;
  readonly answer: number;
  readonly declines: number;
  readonly cancels: number;
  readonly stale: number;
  readonly following: number;
  readonly failover: boolean;
  readonly json?: string;
  readonly plots?: string;
}

type Given = Omit<CommandLine, 'recorded' | 'from' | 'to' | 'fleet'> &
  Partial<Pick<CommandLine, 'from' | 'to' | 'fleet'>> & {
    readonly trips?: string;
    readonly streets?: string;
  };

/** What a run on recorded demand takes by default. */
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
      'How well riders are served by several ways to choose drivers, on virtual time: on recorded demand, or without ' +
        '--trips and --streets in a small synthetic city.',
    )
    .option('--trips <file>', 'recorded trips (CSV); needs --streets', pathArgument)
    .option('--streets <dir>', 'their street network (nodes.csv, edges.csv)', pathArgument)
    .option('--from <HH:MM>', 'begins there (11:00); the first hour warms up and is not measured', timeOfDay)
    .option(
      '--to <HH:MM>',
      `no requests from then on (15:00; synthetic city: ${hourOf(SYNTHETIC_DEFAULTS.toS)})`,
      timeOfDay,
    )
    .option(
      '--fleet <list>',
      `cars (1300; synthetic city: ${SYNTHETIC_DEFAULTS.fleet.join(',')})`,
      wholeNumbers(1),
    )
    .option('--seeds <n>', 'runs of each, with so many seeds', wholeNumber(1), 1)
    .option('--seed <n>', 'the first of the seeds', wholeNumber(0), 1)
    .option('--shards <list>', 'matchers that share the city', wholeNumbers(1), [1])
    .option('--policy <list>', `of ${POLICIES.map(({ name }) => name).join(', ')}`, names, [
      'greedy_road',
      'engine',
    ])
    .option('--max-wait <s>', 'from the request to the pickup; then the rider is lost', wholeNumber(0), 300)
    .option('--round <s>', 'between two rounds', wholeNumber(0), 2)
    .option(
      '--eta-noise <sigma>',
      'standard deviation of the logarithm of told over true travel times',
      decimalNumber(0, 1),
      0,
    )
    .option('--answer <s>', 'drivers think about an offer for so long, about', wholeNumber(0), 0)
    .option('--declines <share>', 'of offers', decimalNumber(0, 1), 0)
    .option('--cancels <share>', 'of riders, within three minutes of having a driver', decimalNumber(0, 1), 0)
    .option('--stale <s>', 'positions are told so often; 0: always known', wholeNumber(0), 0)
    .option('--following <share>', 'of drivers who go where they are sent', decimalNumber(0, 1), 1)
    .option('--failover', 'one matcher is away for some seconds in the middle, and starts anew', false)
    .option('--json <file>', 'write the rows there too', pathArgument)
    .option(
      '--plots <dir>',
      'draw waits (of the first fleet), and what is served by fleet size, as SVG there',
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
