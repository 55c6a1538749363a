import type { EventQueue } from './event-queue.ts';
import type { MatcherNode } from './matcher-node.ts';
import { CALM, type Network, type NetworkTemper } from './network.ts';
import type { Random } from '#libs/random';
import type { SimulatedStore } from './simulated-store.ts';
import type { TripsNode } from './trips-node.ts';

/** Between two faults. */
const MAX_PAUSE_MS = 3_000;
const MAX_FREEZE_MS = 12_000;
const MAX_AWAY_MS = 6_000;

export interface FaultParts {
  readonly queue: EventQueue;
  readonly random: Random;
  readonly network: Network;
  readonly store: SimulatedStore;
  readonly matchers: readonly MatcherNode[];
  readonly trips: readonly TripsNode[];
  readonly trace: ((line: string) => void) | undefined;
}

const ROUGH: NetworkTemper = {
  minDelayMs: 0.2,
  maxDelayMs: 40,
  lateShare: 0.05,
  lateMs: 3_000,
  lossShare: 0.05,
  twiceShare: 0.05,
};

/** Injects random faults into processes, bus and store, and repairs everything at the end. */
export class Faults {
  readonly #parts: FaultParts;
  #untilMs = 0;

  constructor(parts: FaultParts) {
    this.#parts = parts;
  }

  begin(untilMs: number): void {
    this.#untilMs = untilMs;
    if (this.#parts.random.chance(0.7)) this.#parts.network.temper = ROUGH;
    this.#next();
  }

  end(): void {
    const { network, matchers, trips } = this.#parts;
    network.temper = CALM;
    network.mendAll();
    this.#tellBus(true);
    for (const { node } of [...matchers, ...trips]) node.wake();
    for (const process of [...trips, ...matchers]) if (!process.node.isUp) process.start();
    this.#trace('all faults are repaired');
  }

  #next(): void {
    const { queue, random } = this.#parts;
    queue.after(random.between(0, MAX_PAUSE_MS), () => {
      if (queue.nowMs >= this.#untilMs) return;
      this.#inflict();
      this.#next();
    });
  }

  #inflict(): void {
    const { random } = this.#parts;
    const kinds = [
      () => this.#crash(this.#parts.matchers),
      () => this.#crash(this.#parts.trips),
      () => this.#freeze(this.#parts.matchers),
      () => this.#freeze(this.#parts.trips),
      () => this.#leave(),
      () => this.#partition(),
      () => this.#busAway(),
      () => this.#failOver(),
    ];
    random.pick(kinds)();
  }

  #crash(processes: readonly (MatcherNode | TripsNode)[]): void {
    const { queue, random } = this.#parts;
    const process = random.pick(processes);
    this.#trace(`${process.node.name} crashes`);
    process.node.crash();
    queue.after(random.between(0, MAX_AWAY_MS), () => {
      if (!process.node.isUp) process.start();
    });
  }

  #freeze(processes: readonly (MatcherNode | TripsNode)[]): void {
    const { queue, random } = this.#parts;
    const { node } = random.pick(processes);
    this.#trace(`${node.name} freezes`);
    node.freeze();
    queue.after(random.between(100, MAX_FREEZE_MS), () => node.wake());
  }

  #leave(): void {
    const { queue, random } = this.#parts;
    const matcher = random.pick(this.#parts.matchers);
    if (!matcher.node.isUp) return;
    this.#trace(`${matcher.node.name} leaves`);
    const startAgain = (): void =>
      queue.after(random.between(0, MAX_AWAY_MS), () => {
        if (!matcher.node.isUp) matcher.start();
      });
    matcher.node.now(() => matcher.leave(startAgain));
  }

  #partition(): void {
    const { queue, random, network } = this.#parts;
    const all = [...this.#parts.matchers, ...this.#parts.trips];
    const one = random.pick(all).node;
    const oneWay = random.chance(0.3);
    this.#trace(`${one.name} is cut off${oneWay ? ', one way' : ''}`);
    for (const { node } of all) {
      if (node === one) continue;
      network.cutWay(one, node);
      if (!oneWay) network.cutWay(node, one);
    }
    queue.after(random.between(500, MAX_AWAY_MS), () => network.mendAll());
  }

  #busAway(): void {
    const { queue, random, network } = this.#parts;
    this.#trace('the bus is down');
    network.down = true;
    this.#tellBus(false);
    queue.after(random.between(500, MAX_AWAY_MS), () => {
      network.down = false;
      this.#tellBus(true);
    });
  }

  #failOver(): void {
    const { random, store } = this.#parts;
    this.#trace('the primary dies');
    store.failOver(random.between(500, 4_000));
  }

  #tellBus(connected: boolean): void {
    for (const trips of this.#parts.trips)
      trips.node.after(this.#parts.random.between(0, 300), () =>
        trips.feed({ type: connected ? 'bus_connected' : 'bus_lost' }),
      );
  }

  #trace(line: string): void {
    this.#parts.trace?.(`${(this.#parts.queue.nowMs / 1_000).toFixed(3)} s: ${line}`);
  }
}
