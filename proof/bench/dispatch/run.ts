import {
  assign,
  DEFAULT_ENGINE_PARAMS,
  DispatchEngine,
  roundScene,
  SupplyIndex,
  type OpenTrip,
} from '#libs/dispatch';
import { decodePositionBatch, encodePositionBatch } from '#libs/contracts';
import { greatCircleEta } from '#libs/geo';
import { Command } from 'commander';
import { runCommand } from '../../../ops/command-line/run-command.ts';
import { describeMachine } from '../../../dev/machine/describe-machine.ts';
import { City, POSITION_CELL, seededRandom } from './city.ts';
import { greedyCost } from './greedy.ts';
import { durationsOf, rateOf } from './measure.ts';
import { nearbyProblem } from './problems.ts';
import { StringCellIndex } from './string-cell-index.ts';
import { printReport } from '../../../ops/command-line/json-report.ts';
import { pathArgument } from '../../../ops/command-line/path-argument.ts';
import { wholeNumber } from '../../../ops/command-line/number-arguments.ts';

const K = 10;
const NOW_MS = 60_000;
const STREAM_BATCHES = 5_500;
const RECORDS_PER_BATCH = 50;
const NO_BATCH = { sentAtMs: 0, records: [] };
const NO_BYTES = encodePositionBatch(NO_BATCH);

interface Options {
  readonly seed: number;
  readonly drivers: number;
  readonly trips: number;
  readonly json?: string;
}

function hearNext(supply: SupplyIndex, city: City): void {
  supply.applyReport(city.nextPing(), POSITION_CELL, 0);
}

function measureIndex({ drivers, seed }: Options) {
  const supply = new SupplyIndex();
  const strings = new StringCellIndex();
  const city = new City(drivers, seed);
  for (const _ of city.driverIds) hearNext(supply, city);
  const nearest = () => supply.nearest(city.place(), { k: K, radiusM: 4000, product: 'standard' });
  const results = {
    updates: rateOf(1_000_000, () => hearNext(supply, city)),
    ten_nearest: rateOf(100_000, nearest),
  };
  const stream = measureStream(supply, city);
  const alternative = {
    name: 'Map of H3 strings, gridRing, sort',
    updates: rateOf(300_000, () => strings.applyPosition(city.nextPing())),
    ten_nearest: rateOf(3000, () => strings.nearest(city.place(), K)),
  };
  return { drivers, k: K, ...results, stream, alternative };
}

/** Position batches to bytes, and from the bytes into the index, each with another step of its drivers. */
function measureStream(supply: SupplyIndex, city: City) {
  const batches = Array.from({ length: STREAM_BATCHES }, () => ({
    sentAtMs: 0,
    records: Array.from({ length: RECORDS_PER_BATCH }, () => ({ ...city.nextPing() })),
  }));
  const payloads = batches.map(encodePositionBatch);
  const [encoding, applying] = [batches.values(), payloads.values()];
  // The tenth that warms up comes on top.
  const times = Math.floor(STREAM_BATCHES / 1.1);
  return {
    records_per_batch: RECORDS_PER_BATCH,
    encoded_batches: rateOf(times, () => encodePositionBatch(encoding.next().value ?? NO_BATCH)),
    applied_batches: rateOf(times, () => applyPayload(supply, applying.next().value ?? NO_BYTES)),
  };
}

function applyPayload(supply: SupplyIndex, payload: Uint8Array): void {
  const batch = decodePositionBatch(payload);
  for (let index = 0; index < batch.length; index++)
    supply.applyReport(batch.record(index), POSITION_CELL, 0);
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
  for (const _ of city.driverIds) hearNext(supply, city);
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

const program = new Command('npm run bench:dispatch --')
  .description('Measures the dispatch core on one core, beside the obvious alternative.')
  .option('--seed <n>', 'seed of places and steps', wholeNumber(1), 1)
  .option('--drivers <n>', 'drivers in the index', wholeNumber(1), 100_000)
  .option('--trips <n>', 'open trips of a whole round', wholeNumber(1), 1000)
  .option('--json <file>', 'write the results there as well', pathArgument)
  .parse();
const options = program.opts<Options>();
await runCommand(() => {
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
  printReport(report, options.json);
  return 0;
});
