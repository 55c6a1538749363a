import { Command, InvalidArgumentError } from 'commander';
import { policyNamed, POLICIES } from './policies.ts';

const S_PER_HOUR = 3_600;
const S_PER_MINUTE = 60;

/** What was asked for on the command line. */
export interface CommandLine {
  readonly trips: string;
  readonly streets: string;
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

export function readCommandLine(argv: readonly string[]): CommandLine {
  return new Command('npm run bench:quality --')
    .description(
      'How well riders are served by several ways to choose drivers, on recorded demand and virtual time.',
    )
    .requiredOption('--trips <file>', 'recorded trips (CSV)')
    .requiredOption('--streets <dir>', 'their street network (nodes.csv, edges.csv)')
    .option(
      '--from <HH:MM>',
      'begins there; the first hour warms up and is not measured',
      timeOfDay,
      11 * S_PER_HOUR,
    )
    .option('--to <HH:MM>', 'no requests from then on', timeOfDay, 15 * S_PER_HOUR)
    .option('--fleet <list>', 'cars', wholes, [1_300])
    .option('--seeds <n>', 'runs of each, with so many seeds', counting, 1)
    .option('--seed <n>', 'the first of the seeds', whole, 1)
    .option('--shards <list>', 'matchers that share the city', wholes, [1])
    .option('--policy <list>', `of ${POLICIES.map(({ name }) => name).join(', ')}`, names, [
      'greedy_road',
      'engine',
    ])
    .option('--max-wait <s>', 'from the request to the pickup; then the rider is lost', whole, 300)
    .option('--round <s>', 'between two rounds', whole, 2)
    .option(
      '--eta-noise <sigma>',
      'standard deviation of the logarithm of told over true travel times',
      share,
      0,
    )
    .option('--answer <s>', 'drivers think about an offer for so long, about', whole, 0)
    .option('--declines <share>', 'of offers', share, 0)
    .option('--cancels <share>', 'of riders, within three minutes of having a driver', share, 0)
    .option('--stale <s>', 'positions are told so often; 0: always known', whole, 0)
    .option('--following <share>', 'of drivers who go where they are sent', share, 1)
    .option('--failover', 'one matcher is away for some seconds in the middle, and starts anew', false)
    .option('--json <file>', 'write the rows there too')
    .option(
      '--plots <dir>',
      'draw waits (of the first fleet), and what is served by fleet size, as SVG there',
    )
    .parse(argv)
    .opts<CommandLine>();
}

function timeOfDay(text: string): number {
  const match = /^(\d{1,2}):(\d{2})$/.exec(text);
  const [hours, minutes] = [Number(match?.[1]), Number(match?.[2])];
  if (!(hours <= 24 && minutes < 60)) throw new InvalidArgumentError('It is a time of day like 18:30.');
  return hours * S_PER_HOUR + minutes * S_PER_MINUTE;
}

function whole(text: string): number {
  const value = Number(text);
  if (text === '' || !Number.isInteger(value) || value < 0)
    throw new InvalidArgumentError('It takes a whole number.');
  return value;
}

function wholes(text: string): number[] {
  return text.split(',').map(counting);
}

function counting(text: string): number {
  const value = whole(text);
  if (value === 0) throw new InvalidArgumentError('It takes numbers from 1 on.');
  return value;
}

function share(text: string): number {
  const value = Number(text);
  if (text === '' || !(value >= 0 && value <= 1))
    throw new InvalidArgumentError('It takes a number from 0 to 1.');
  return value;
}

function names(text: string): string[] {
  if (text === 'all') return POLICIES.map(({ name }) => name);
  try {
    return text.split(',').map((name) => policyNamed(name).name);
  } catch (error) {
    throw new InvalidArgumentError(error instanceof RangeError ? `${error.message}.` : String(error));
  }
}
