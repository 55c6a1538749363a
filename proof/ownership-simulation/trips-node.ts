import {
  Coordinator,
  ShardMap,
  type CoordinatorEffect,
  type CoordinatorEvent,
  type CoordinatorParams,
  type ShardClaim,
} from '#libs/ownership';
import type { EventQueue } from './event-queue.ts';
import type { MatcherNode } from './matcher-node.ts';
import type { Network } from './network.ts';
import type { Random } from '#libs/random';
import { SimNode } from './sim-node.ts';
import type { SimulatedStore } from './simulated-store.ts';

const TICK_MS = 100;
const TERM_RENEWAL_MS = 500;
const TERM_LEASE_MS = 2_000;
/** An occasional delay of this process. */
const MAX_HICCUP_MS = 20;

/** Environment of a simulated `trips` process. */
export interface TripsWorld {
  readonly queue: EventQueue;
  readonly random: Random;
  readonly network: Network;
  readonly store: SimulatedStore;
  readonly params: CoordinatorParams;
  readonly matchers: () => readonly MatcherNode[];
  readonly everyone: () => readonly { readonly node: SimNode; learn(claims: readonly ShardClaim[]): void }[];
}

/** A `trips` process: hosts the real coordinator, and applies its effects to the simulated bus and store. */
export class TripsNode {
  readonly node: SimNode;
  readonly #world: TripsWorld;
  #coordinator: Coordinator;
  #holder = '';
  #life = 0;
  map = ShardMap.empty;

  constructor(name: string, world: TripsWorld) {
    this.node = new SimNode(name, world.queue, world.random);
    this.#world = world;
    this.#coordinator = new Coordinator(world.params);
  }

  start(): void {
    this.node.start();
    this.#life += 1;
    this.#holder = `${this.node.name}#${this.#life}`;
    this.#coordinator = new Coordinator(this.#world.params);
    this.map = ShardMap.empty;
    this.node.every(TICK_MS, () => this.feed({ type: 'tick' }));
    this.#holdTerm();
    this.node.every(TERM_RENEWAL_MS, () => this.#holdTerm());
  }

  learn(claims: readonly ShardClaim[]): void {
    this.map = this.map.merge(claims).map;
  }

  feed(event: CoordinatorEvent): void {
    for (const effect of this.#coordinator.step(event, this.node.nowMs)) this.#carryOut(effect);
  }

  #holdTerm(): void {
    const { store } = this.#world;
    store.winTerm(this.#holder, this.node.nowMs, TERM_LEASE_MS, (won) =>
      this.#soon(() => {
        if (won === 'unavailable' || won === 'unknown') return;
        if (won === null) {
          if (this.#coordinator.term !== undefined) this.feed({ type: 'term_lost' });
        } else if (won !== this.#coordinator.term) this.feed({ type: 'term_won', term: won });
      }),
    );
  }

  #carryOut(effect: CoordinatorEffect): void {
    const { store, network } = this.#world;
    switch (effect.type) {
      case 'report':
        return;
      case 'read':
        return store.read(
          () => ({
            rows: [...store.ownership.rows.values()],
            members: [...store.ownership.members.values()],
          }),
          (read) =>
            this.#soon(() =>
              this.feed(read === 'unavailable' ? { type: 'read_failed' } : { type: 'state_read', ...read }),
            ),
        );
      case 'commit':
        return store.changeOwnership(effect.term, effect.change, (outcome) =>
          this.#soon(() => {
            if (outcome === 'unavailable' || outcome === 'unknown')
              return this.feed({ type: 'commit_unknown', commit: effect.commit });
            if (outcome === 'done') this.#announce(effect.change.claims);
            this.feed({ type: 'committed', commit: effect.commit, outcome });
          }),
        );
      case 'probe':
        return this.#ask<string>(
          effect.instance,
          effect.timeoutMs,
          (matcher, reply) => reply(matcher.incarnation),
          (answer) =>
            this.feed(
              answer === undefined
                ? { type: 'probe_failed', instance: effect.instance }
                : { type: 'probe_answered', instance: effect.instance, incarnation: answer },
            ),
        );
      case 'prepare': {
        const { id, to, shards } = effect.handoff;
        return this.#ask<true>(
          to,
          effect.timeoutMs,
          (matcher, reply) => matcher.prepare(shards, () => reply(true)),
          (answer) => this.feed({ type: answer === undefined ? 'prepare_failed' : 'prepared', handoff: id }),
        );
      }
      case 'drain': {
        const { id, from, shards } = effect.handoff;
        const { leaseMs } = effect;
        return this.#ask<string[]>(
          from,
          effect.timeoutMs,
          (matcher, reply) => matcher.drain(shards, leaseMs, reply),
          (answer) =>
            this.feed(
              answer === undefined
                ? { type: 'drain_failed', handoff: id }
                : { type: 'drained', handoff: id, shards: answer },
            ),
        );
      }
    }
    void network;
  }

  #ask<T>(
    instance: string,
    timeoutMs: number,
    handle: (matcher: MatcherNode, reply: (value: T) => void) => void,
    answered: (value: T | undefined) => void,
  ): void {
    const matcher = this.#world.matchers().find(({ node }) => node.name === instance);
    if (matcher === undefined) return;
    this.#world.network.ask<T>(
      this.node,
      matcher.node,
      timeoutMs,
      (reply) => handle(matcher, reply),
      answered,
    );
  }

  #announce(claims: readonly ShardClaim[]): void {
    const news = claims.map(({ shard, epoch, owner }) => ({ shard, epoch, owner }));
    for (const other of this.#world.everyone())
      this.#world.network.send(this.node, other.node, () => other.learn(news));
  }

  /** Delivers the store's answers like any other event: not during a freeze, and never after the process's end. */
  #soon(run: () => void): void {
    this.node.after(this.#world.random.chance(0.02) ? this.#world.random.between(0, MAX_HICCUP_MS) : 0, run);
  }
}
