import {
  assign,
  DEFAULT_ENGINE_PARAMS,
  DispatchEngine,
  roundScene,
  SupplyIndex,
  type OpenTrip,
} from '#libs/dispatch';
import { greatCircleEta } from '#libs/geo';
import { Command, InvalidArgumentError } from 'commander';
import { writeFileSync } from 'node:fs';
import { describeMachine } from '../../../dev/machine/describe-machine.ts';
import { City, seededRandom } from './city.ts';
import { greedyCost } from './greedy.ts';
import { durationsOf, rateOf } from './measure.ts';
import { nearbyProblem } from './problems.ts';
import { StringCellIndex } from './string-cell-index.ts';

const K = 10;
const NOW_MS = 60_000;

interface Options {
  readonly seed: number;
  readonly drivers: number;
  readonly trips: number;
  readonly json?: string;
}

function measureIndex({ drivers, seed }: Options) {
  const supply = new SupplyIndex();
  const strings = new StringCellIndex();
  const city = new City(drivers, seed);
  for (const driverId of city.driverIds) {
    supply.applyPosition(city.nextPing());
    supply.applyStatus({ driverId, status: 'free', statusVersion: 1, freeAtMs: 0 });
  }
  const nearest = () => supply.nearest(city.place(), { k: K, radiusM: 4000, product: 'standard' });
  const results = {
    updates: rateOf(1_000_000, () => supply.applyPosition(city.nextPing())),
    ten_nearest: rateOf(100_000, nearest),
  };
  const alternative = {
    name: 'Map of H3 strings, gridRing, sort',
    updates: rateOf(300_000, () => strings.applyPosition(city.nextPing())),
    ten_nearest: rateOf(3000, () => strings.nearest(city.place(), K)),
  };
  return { drivers, k: K, ...results, alternative };
}

function measureAssign({ seed }: Options, riders: number, drivers: number) {
  const random = seededRandom(seed);
  const candidates = 20;
  const prepare = () => nearbyProblem({ riders, drivers, candidates }, random);
  const took = durationsOf(prepare, assign);
  const greedyTook = durationsOf(prepare, greedyCost);
  const problem = prepare();
  const dearer = Math.round((greedyCost(problem) / assign(problem).totalCost - 1) * 1000) / 10;
  const alternative = { name: 'greedy nearest', took: greedyTook, cost_above_optimum_pct: dearer };
  return { riders, drivers, candidates, took, alternative };
}

function measureRound({ seed, drivers, trips }: Options) {
  const city = new City(drivers, seed);
  const supply = new SupplyIndex();
  for (const driverId of city.driverIds) {
    supply.applyPosition(city.nextPing());
    supply.applyStatus({ driverId, status: 'free', statusVersion: 1, freeAtMs: 0 });
  }
  const etas = greatCircleEta({ speedMps: 7 });
  const prepare = () => Array.from({ length: trips }, (_, n) => openTrip(n, city));
  const engine = new DispatchEngine();
  const took = durationsOf(prepare, (demand) => {
    const scene = roundScene({
      demand,
      supply,
      nowMs: NOW_MS,
      chainHorizonS: engine.params.chainHorizonS,
      remainingS: () => 0,
      heldTrips: new Set(),
      avoided: () => false,
    });
    const asked = engine.ask(scene);
    return engine.decide(asked, etas.etas(asked.question, NOW_MS));
  });
  return { trips, drivers, candidates: DEFAULT_ENGINE_PARAMS.match.candidatesPerTrip, took };
}

function openTrip(n: number, city: City): OpenTrip {
  return {
    tripId: `trip_${String(n).padStart(26, '0')}`,
    shard: '86393361fffffff',
    product: 'standard',
    pickup: city.place(),
    dropoff: city.place(),
    rideS: 600,
    driverId: undefined,
    swaps: 0,
    requestedAtMs: n,
    searchDeadlineAtMs: 2 * NOW_MS,
    excludedDriverIds: [],
    offered: false,
    version: 1,
  };
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('a whole number from 1 on');
  return value;
}

const program = new Command('npm run bench:dispatch --')
  .description('Measures the dispatch core on one core, beside the obvious alternative.')
  .option('--seed <n>', 'seed of places and steps', wholeNumber, 1)
  .option('--drivers <n>', 'drivers in the index', wholeNumber, 100_000)
  .option('--trips <n>', 'open trips of a whole round', wholeNumber, 1000)
  .option('--json <file>', 'write the results there as well')
  .parse();
const options = program.opts<Options>();
const report = {
  command: ['npm run bench:dispatch --', ...process.argv.slice(2)].join(' '),
  ...describeMachine({ v8: process.versions.v8 }),
  seed: options.seed,
  index: measureIndex(options),
  assign: [
    measureAssign(options, 1000, 1000),
    measureAssign(options, 1000, 500),
    measureAssign(options, 500, 1000),
  ],
  round: [measureRound(options), measureRound({ ...options, drivers: options.trips })],
};
const text = `${JSON.stringify(report, undefined, 2)}\n`;
process.stdout.write(text);
if (options.json !== undefined) writeFileSync(options.json, text);
