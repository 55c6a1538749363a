import {
  ShardMap,
  Tenure,
  type CoordinatorEvent,
  type HandedShard,
  type ShardClaim,
  type ShardKey,
  type ShardLoad,
} from '#libs/ownership';
import type { EventQueue } from './event-queue.ts';
import type { Network } from './network.ts';
import type { Random } from '#libs/random';
import { SimNode } from './sim-node.ts';
import { isInside, type Proposal, type SimTrip, type SimulatedStore } from './simulated-store.ts';

const HEARTBEAT_MS = 500;
const ROUND_MS = 1_000;
const SWEEP_MS = 1_000;
const RELOAD_MS = 5_000;
const LEASE_CHECK_MS = 200;
const JOIN_RETRY_MS = 500;
const REJOIN_MS = 5_000;
const COMMAND_TIMEOUT_MS = 2_000;
const WARM_UP_MS = 250;
const PREPARATION_LEASE_MS = 10_000;
const LEAVE_POLL_MS = 200;
const LEAVE_LIMIT_MS = 5_000;

/** A `trips` process, as a matcher sees it. */
export interface Planner {
  readonly node: SimNode;
  feed(event: CoordinatorEvent): void;
}

/** Environment of a simulated matcher. */
export interface MatcherWorld {
  readonly queue: EventQueue;
  readonly random: Random;
  readonly network: Network;
  readonly store: SimulatedStore;
  readonly trips: () => readonly Planner[];
  /** Drivers that might be free; a matcher's view of them may be wrong. */
  readonly drivers: number;
  readonly loadOf: (shard: ShardKey) => number;
}

/** A matcher: the real tenure, and rounds that offer the open trips of its shards to drivers who seem free. */
export class MatcherNode {
  readonly node: SimNode;
  incarnation = '';
  tenure: Tenure;
  map = ShardMap.empty;
  readonly #world: MatcherWorld;
  #life = 0;
  /** Open trips by shard, as last read. */
  #demand = new Map<ShardKey, SimTrip[]>();
  #round: Promise<void> | undefined;
  #waitingForRound: (() => void)[] = [];
  #offersUnderWay = 0;
  #leaving = false;

  constructor(name: string, world: MatcherWorld) {
    this.node = new SimNode(name, world.queue, world.random);
    this.#world = world;
    this.tenure = new Tenure(name);
    void this.#round;
  }

  start(): void {
    this.node.start();
    this.#life += 1;
    this.incarnation = `${this.node.name}#${this.#life}`;
    this.tenure = new Tenure(this.node.name);
    this.map = ShardMap.empty;
    this.#demand = new Map();
    this.#waitingForRound = [];
    this.#offersUnderWay = 0;
    this.#leaving = false;
    this.node.every(HEARTBEAT_MS, () => this.#beat());
    this.node.every(ROUND_MS, () => this.#offer());
    this.node.every(SWEEP_MS, () => this.#sweep(this.tenure.matchable()));
    this.node.every(RELOAD_MS, () => this.#reload());
    this.node.every(LEASE_CHECK_MS, () => this.#expire());
    this.#join();
  }

  /** SIGTERM: hand over, then end. */
  leave(ended: () => void): void {
    this.#leaving = true;
    const end = (): void => {
      this.node.crash();
      ended();
    };
    this.node.every(LEAVE_POLL_MS, () => this.#pollLeave(end));
    this.node.after(LEAVE_LIMIT_MS, end);
  }

  learn(claims: readonly ShardClaim[]): void {
    this.map = this.map.merge(claims).map;
    const { gained, renewed, lost } = this.tenure.update(this.map);
    for (const { shard } of lost) this.#demand.delete(shard);
    if (gained.length + renewed.length > 0) this.#sweep([...gained, ...renewed]);
  }

  prepare(shards: readonly HandedShard[], done: () => void): void {
    this.tenure.prepare(shards, PREPARATION_LEASE_MS, this.node.nowMs);
    this.node.after(WARM_UP_MS, done);
  }

  drain(shards: readonly HandedShard[], leaseMs: number, reply: (drained: string[]) => void): void {
    const drained = this.tenure.drain(shards, leaseMs, this.node.nowMs);
    for (const shard of drained) this.#demand.delete(shard);
    if (this.#offersUnderWay === 0) reply(drained);
    else this.#waitingForRound.push(() => reply(drained));
  }

  /** Known open trips that this matcher may match. */
  knows(trip: SimTrip): boolean {
    return [...this.#demand].some(
      ([shard, trips]) => this.tenure.isMatchable(shard) && trips.some(({ id }) => id === trip.id),
    );
  }

  #tripsNode(): Planner {
    return this.#world.random.pick(this.#world.trips());
  }

  /** Sends a command to some `trips` process; the command or its answer may get lost. */
  #command<T>(run: (answer: (value: T) => void) => void, answered: (value: T | undefined) => void): void {
    const { node } = this.#tripsNode();
    this.#world.network.ask<T>(
      this.node,
      node,
      COMMAND_TIMEOUT_MS,
      (reply) => run((value) => node.now(() => reply(value))),
      answered,
    );
  }

  #join(): void {
    if (this.#leaving) return;
    const again = (ms: number): void => this.node.after(ms, () => this.#join());
    if (this.tenure.own.size > 0) return again(REJOIN_MS);
    const { store } = this.#world;
    this.#command<ShardClaim[] | string>(
      (answer) => store.join(this.node.name, this.incarnation, this.#world.queue.nowMs, answer),
      (claims) => {
        if (!Array.isArray(claims)) return again(JOIN_RETRY_MS);
        this.learn(claims);
        for (const { node, feed } of this.#feeds()) this.#world.network.send(this.node, node, feed);
        again(REJOIN_MS);
      },
    );
  }

  #feeds(): { node: SimNode; feed: () => void }[] {
    return this.#world
      .trips()
      .map((trips) => ({ node: trips.node, feed: () => trips.feed({ type: 'woken' }) }));
  }

  #pollLeave(end: () => void): void {
    this.#command<number | string>(
      (answer) => this.#world.store.leave(this.node.name, this.incarnation, answer),
      (left) => {
        if (left === 0) end();
      },
    );
  }

  #beat(): void {
    const loads = new Map<ShardKey, ShardLoad>();
    for (const shard of this.tenure.own.keys())
      loads.set(shard, {
        openTrips: 0,
        requestsPerS: 0,
        pingsPerS: 0,
        busyMsPerS: this.#world.loadOf(shard),
      });
    const { name } = this.node;
    const { incarnation } = this;
    for (const trips of this.#world.trips())
      this.#world.network.send(this.node, trips.node, () =>
        trips.feed({ type: 'heartbeat', instance: name, incarnation, loads }),
      );
  }

  #reload(): void {
    const { store } = this.#world;
    this.#command<ShardClaim[] | 'unavailable'>(
      (answer) =>
        store.read(() => [...store.ownership.rows.values()].filter(({ retired }) => !retired), answer),
      (claims) => {
        if (Array.isArray(claims))
          this.learn(claims.map(({ shard, epoch, owner }) => ({ shard, epoch, owner })));
      },
    );
  }

  #sweep(claims: readonly ShardClaim[]): void {
    if (claims.length === 0) return;
    const { store } = this.#world;
    this.#command<ReturnType<SimulatedStore['openTrips']> | 'unavailable'>(
      (answer) => store.read(() => store.openTrips(this.node.name, claims), answer),
      (read) => {
        if (read === undefined || read === 'unavailable') return;
        this.learn(read.moved);
        for (const [shard, trips] of read.trips)
          if (this.tenure.isMatchable(shard)) this.#demand.set(shard, trips);
      },
    );
  }

  #expire(): void {
    const { resumed } = this.tenure.expire(this.node.nowMs);
    const claims = resumed.flatMap((shard) => this.tenure.own.get(shard) ?? []);
    if (claims.length > 0) this.#sweep(claims);
  }

  /** Decides now and sends a little later: a freeze may come between. */
  #offer(): void {
    if (this.#offersUnderWay > 0) return;
    const proposals = this.#decide();
    if (proposals.length === 0) return;
    this.#offersUnderWay += 1;
    this.node.after(this.#world.random.between(0, 5), () =>
      this.#command<boolean[] | string>(
        (answer) => this.#world.store.offer(this.node.name, proposals, answer),
        () => this.#roundEnded(),
      ),
    );
  }

  #decide(): Proposal[] {
    const { random, drivers } = this.#world;
    const proposals: Proposal[] = [];
    for (const { shard, epoch } of this.tenure.matchable()) {
      for (const { id, pickupCell } of this.#demand.get(shard) ?? [])
        if (isInside(pickupCell, shard))
          proposals.push({ trip: id, driver: random.below(drivers), shard, epoch });
    }
    return proposals;
  }

  #roundEnded(): void {
    this.#offersUnderWay -= 1;
    if (this.#offersUnderWay > 0) return;
    const waiting = this.#waitingForRound;
    this.#waitingForRound = [];
    for (const run of waiting) run();
  }
}
