import { cellKeyFromH3, cellKeyToH3, childKeys } from '#libs/geo';
import {
  DEFAULT_COORDINATOR_PARAMS,
  ownershipViolations,
  type CoordinatorParams,
  type OwnershipState,
  type ShardKey,
  type ShardRow,
} from '#libs/ownership';
import { EventQueue } from './event-queue.ts';
import { Faults } from './faults.ts';
import { MatcherNode } from './matcher-node.ts';
import type { Mutation } from './mutations.ts';
import { Network } from './network.ts';
import { randomStream, type Random } from '#libs/random';
import { isInside, SimulatedStore, Violation, type SimTrip } from './simulated-store.ts';
import { TripsNode } from './trips-node.ts';

/** Neighbouring shards of resolution 6. */
const BASE_CELLS = ['862a1072fffffff', '862a1070fffffff', '862a10777ffffff', '862a10727ffffff'];
const FAULTY_MS = 40_000;
/** Fault-free time at the end in which everything must settle; long enough for a slow merge to finish. */
const CALM_MS = 15_000;
const WELL_WITHIN_MS = 15_000;
const LOOK_AGAIN_MS = 500;
/** Every n-th seed also runs until nothing changes any more. */
const REST_EVERY = 10;
const REST_AFTER_MS = 120_000;
const REST_MS = 20_000;
/** A sweep and a slow answer: a reopened trip need not be known earlier. */
const SEEN_WITHIN_MS = 2_500;
const REQUEST_INTERVAL_MS = 250;
const DRIVERS = 12;

export interface SimulationResult {
  readonly seed: number;
  /** Undefined if there is none. */
  readonly violation: string | undefined;
  /** Virtual time at which it was found. */
  readonly atMs: number;
  readonly acknowledged: number;
  readonly counts: SimulatedStore['counts'];
}

export interface SimulationOptions {
  readonly mutation?: Mutation | undefined;
  /** Receives each fault, for the trace of a replay. */
  readonly trace?: ((line: string) => void) | undefined;
}

/** One run of the whole protocol under faults; equal seeds give equal runs. */
export function simulate(seed: number, { mutation, trace }: SimulationOptions = {}): SimulationResult {
  const simulation = new Simulation(seed, mutation, trace);
  let violation: string | undefined;
  try {
    simulation.run();
  } catch (error) {
    if (!(error instanceof Violation)) throw error;
    violation = error.message;
  }
  const { acknowledged, counts, nowMs } = simulation;
  return { seed, violation, atMs: nowMs, acknowledged, counts };
}

class Simulation {
  readonly #queue = new EventQueue();
  readonly #seed: number;
  readonly #random: Random;
  readonly #network: Network;
  readonly #store: SimulatedStore;
  readonly #trips: readonly TripsNode[];
  readonly #matchers: readonly MatcherNode[];
  readonly #faults: Faults;
  readonly #acknowledged: SimTrip[] = [];
  #hot: ReadonlyMap<string, number> = new Map();
  #nextTrip = 1;
  #ownershipChanged = false;

  constructor(seed: number, mutation: Mutation | undefined, trace: ((line: string) => void) | undefined) {
    this.#seed = seed;
    this.#random = randomStream(seed, 'simulation');
    this.#network = new Network(this.#queue, this.#random);
    this.#store = new SimulatedStore(this.#queue, this.#random, mutation);
    const matchers: MatcherNode[] = [];
    const trips: TripsNode[] = [];
    const shared = { queue: this.#queue, random: this.#random, network: this.#network, store: this.#store };
    const loadOf = (shard: ShardKey): number => this.#loadOf(shard);
    for (let number = 1; number <= 2 + this.#random.below(3); number++)
      matchers.push(
        new MatcherNode(`matcher-${number}`, { ...shared, trips: () => trips, drivers: DRIVERS, loadOf }),
      );
    for (let number = 1; number <= 1 + this.#random.below(3); number++)
      trips.push(
        new TripsNode(`trips-${number}`, {
          ...shared,
          params: PARAMS,
          matchers: () => matchers,
          everyone: () => [...matchers, ...trips],
        }),
      );
    this.#trips = trips;
    this.#matchers = matchers;
    this.#faults = new Faults({ ...shared, matchers, trips, trace });
    this.#store.onOwnership = (before) => this.#checkChange(before);
  }

  get acknowledged(): number {
    return this.#acknowledged.length;
  }

  get counts(): SimulatedStore['counts'] {
    return this.#store.counts;
  }

  get nowMs(): number {
    return this.#queue.nowMs;
  }

  run(): void {
    for (const node of [...this.#trips, ...this.#matchers])
      this.#queue.after(this.#random.between(0, 2_000), () => node.start());
    this.#request();
    this.#changeHotSpots();
    this.#faults.begin(FAULTY_MS);
    this.#queue.runUntil(FAULTY_MS, () => this.#check());
    this.#faults.end();
    this.#hot = new Map();
    this.#queue.runUntil(FAULTY_MS + CALM_MS, () => this.#check());
    this.#untilWell();
    if (this.#seed % REST_EVERY === 0) this.#checkRest();
  }

  /** A move or a merge may be under way at any moment, but all must be well at some moment soon. */
  #untilWell(): void {
    const latestMs = this.#queue.nowMs + WELL_WITHIN_MS;
    for (;;) {
      const wrong = this.#problem();
      if (wrong === undefined) return;
      if (this.#queue.nowMs >= latestMs) throw new Violation(`did not recover: ${wrong}`);
      this.#queue.runUntil(this.#queue.nowMs + LOOK_AGAIN_MS, () => this.#check());
    }
  }

  /** Without events the planner must stop moving, splitting and merging. */
  #checkRest(): void {
    this.#queue.runUntil(this.#queue.nowMs + REST_AFTER_MS, () => this.#check());
    const { rows } = this.#store.ownership;
    this.#queue.runUntil(this.#queue.nowMs + REST_MS, () => this.#check());
    if (this.#store.ownership.rows !== rows)
      throw new Violation('shards keep moving although nothing happens');
  }

  #request(): void {
    const base = this.#random.pick(BASE_CELLS);
    const trip: SimTrip = {
      id: this.#nextTrip++,
      pickupCell: someLeaf(base, this.#random),
      state: 'open',
      sinceMs: this.#queue.nowMs,
    };
    this.#store.request(trip, (outcome) => {
      if (outcome === 'done') this.#acknowledged.push(trip);
    });
    this.#queue.after(this.#random.between(0, 30_000), () => this.#live(trip));
    if (this.#queue.nowMs < FAULTY_MS) this.#queue.after(REQUEST_INTERVAL_MS, () => this.#request());
  }

  /** Polls for an offer of the trip and answers it; a bound trip ends some time later. */
  #live(trip: SimTrip): void {
    const again = (ms: number): void => this.#queue.after(ms, () => this.#live(trip));
    if (trip.state === 'done') return;
    if (trip.state === 'bound') return this.#store.settle(trip, 'done', () => again(500));
    if (trip.state === 'open') return again(700);
    this.#store.settle(trip, this.#random.chance(0.6) ? 'bound' : 'open', () =>
      again(this.#random.between(500, 4_000)),
    );
  }

  #changeHotSpots(): void {
    const cells = BASE_CELLS.filter(() => this.#random.chance(0.4)).map((cell) =>
      someLeaf(cell, this.#random),
    );
    this.#hot = new Map(cells.map((cell) => [cell, this.#random.between(0, 300)]));
    if (this.#queue.nowMs < FAULTY_MS)
      this.#queue.after(this.#random.between(5_000, 15_000), () => this.#changeHotSpots());
  }

  #loadOf(shard: ShardKey): number {
    let load = 0;
    for (const [cell, busyMsPerS] of this.#hot) if (isInside(cell, shard)) load += busyMsPerS;
    return load;
  }

  #checkChange(before: OwnershipState): void {
    const { rows, term } = this.#store.ownership;
    if (term < before.term) throw new Violation(`the term fell from ${before.term} to ${term}`);
    for (const [shard, { epoch }] of before.rows) {
      const now = rows.get(shard);
      if (now === undefined || now.epoch < epoch)
        throw new Violation(`${shard} fell from ${epoch} to ${now?.epoch}`);
      const was = before.rows.get(shard);
      if (now.epoch === epoch && (now.owner !== was?.owner || now.retired !== was.retired))
        throw new Violation(`${shard} changed hands without a new epoch`);
    }
    this.#ownershipChanged = true;
  }

  #check(): void {
    for (const trip of this.#acknowledged)
      if (!this.#store.trips.has(trip.id)) throw new Violation(`acknowledged trip ${trip.id} is lost`);
    if (!this.#ownershipChanged) return;
    this.#ownershipChanged = false;
    const rows = [...this.#store.ownership.rows.values()];
    const [first] = rows.length === 0 ? [] : ownershipViolations(rows, BASE_CELLS);
    if (first !== undefined) throw new Violation(first);
  }

  #isOverdue({ state, sinceMs }: SimTrip): boolean {
    return state === 'open' && this.#queue.nowMs - sinceMs > SEEN_WITHIN_MS;
  }

  /** Whether a living owner matches every shard and sees all open trips there; undefined if so, else the problem. */
  #problem(): string | undefined {
    const { rows } = this.#store.ownership;
    if (rows.size === 0) return 'no shard ever had an owner';
    for (const row of rows.values()) {
      const wrong = row.retired ? undefined : this.#problemWith(row);
      if (wrong !== undefined) return wrong;
    }
    for (const { tenure, node } of this.#matchers.filter(({ node: { isUp } }) => isUp))
      for (const { shard, epoch } of tenure.own.values())
        if (rows.get(shard)?.epoch !== epoch) return `${node.name} wrongly matches ${shard}@${epoch}`;
    return undefined;
  }

  #problemWith({ shard, epoch, owner: name }: ShardRow): string | undefined {
    const owner = this.#matchers.find(({ node }) => node.name === name);
    if (owner === undefined || !owner.node.isUp) return `${shard} belongs to ${name}, which is down`;
    if (owner.tenure.own.get(shard)?.epoch !== epoch) return `${name} does not know of ${shard}@${epoch}`;
    const unseen = [...this.#store.trips.values()].find(
      (trip) => this.#isOverdue(trip) && isInside(trip.pickupCell, shard) && !owner.knows(trip),
    );
    return unseen === undefined ? undefined : `${name} does not see trip ${unseen.id} in ${shard}`;
  }
}

/** As in production, except for slow timings: shards split and merge again within the run's minute. */
const PARAMS: CoordinatorParams = {
  ...DEFAULT_COORDINATOR_PARAMS,
  baseCells: BASE_CELLS,
  plan: { ...DEFAULT_COORDINATOR_PARAMS.plan, moveCooldownMs: 4_000, mergeHoldMs: 5_000 },
};

function someLeaf(shard: ShardKey, random: Random): string {
  let key = cellKeyFromH3(shard);
  for (let res = 6; res < 9; res++) key = random.pick(childKeys(key));
  return cellKeyToH3(key);
}
