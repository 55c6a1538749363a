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
import { seededFractions } from '#libs/random';
import { City, POSITION_CELL } from './city.ts';
import { greedyCost } from './greedy.ts';
import { durationsOf, rateOf } from './measure.ts';
import { nearbyProblem } from './problems.ts';
import { StringCellIndex } from './string-cell-index.ts';

export interface Effort {
  readonly seed: number;
  readonly drivers: number;
  readonly trips: number;
}

const K = 10;
const NOW_MS = 60_000;
const STREAM_BATCHES = 5_500;
const RECORDS_PER_BATCH = 50;
const NO_BATCH = { sentAtMs: 0, records: [] };
const NO_BYTES = encodePositionBatch(NO_BATCH);

function applyNextPing(supply: SupplyIndex, city: City): void {
  supply.applyReport(city.nextPing(), POSITION_CELL, 0);
}

export function measureIndex({ drivers, seed }: Effort) {
  const supply = new SupplyIndex();
  const strings = new StringCellIndex();
  const city = new City(drivers, seed);
  for (const _ of city.driverIds) applyNextPing(supply, city);
  const nearest = () => supply.nearest(city.place(), { k: K, radiusM: 4000, product: 'standard' });
  const results = {
    updates: rateOf(1_000_000, () => applyNextPing(supply, city)),
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

/** Encodes position batches, decodes them and applies them to the index; drivers take one step per batch. */
function measureStream(supply: SupplyIndex, city: City) {
  const batches = Array.from({ length: STREAM_BATCHES }, () => ({
    sentAtMs: 0,
    records: Array.from({ length: RECORDS_PER_BATCH }, () => ({ ...city.nextPing() })),
  }));
  const payloads = batches.map(encodePositionBatch);
  const [encoding, applying] = [batches.values(), payloads.values()];
  // The warm-up tenth is on top.
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

export function measureAssign({ seed }: Effort, riders: number, drivers: number) {
  const random = seededFractions(seed);
  const candidates = 20;
  const prepare = () => nearbyProblem({ riders, drivers, candidates }, random);
  const took = durationsOf(prepare, assign);
  const greedyTook = durationsOf(prepare, greedyCost);
  const problem = prepare();
  const dearer = Math.round((greedyCost(problem) / assign(problem).totalCost - 1) * 1000) / 10;
  const alternative = { name: 'greedy nearest', took: greedyTook, cost_above_optimum_pct: dearer };
  return { riders, drivers, candidates, took, alternative };
}

export function measureRound({ seed, drivers, trips }: Effort) {
  const city = new City(drivers, seed);
  const supply = new SupplyIndex();
  for (const _ of city.driverIds) applyNextPing(supply, city);
  const etas = greatCircleEta({ speedMps: 7 });
  const prepare = () => Array.from({ length: trips }, (_, n) => openTrip(n, city));
  const engine = new DispatchEngine();
  const took = durationsOf(prepare, (demand) => {
    const scene = roundScene({
      demand,
      supply,
      nowMs: NOW_MS,
      chainHorizonS: engine.params.chainHorizonS,
      rideEnds: { endOf: () => undefined },
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
    pauses: [],
    offered: false,
    version: 1,
  };
}
