import * as fc from 'fast-check';
import { gridDisk, latLngToCell } from 'h3-js';
import { describe, expect, it } from 'vitest';
import type { CoordinatorEffect, CoordinatorEvent, CoordinatorReport } from '../coordinator-io.ts';
import type { Member, MemberState } from '../member.ts';
import type { ShardLoad } from '../shard-load.ts';
import { applyChange, EMPTY_OWNERSHIP, ownershipViolations, type OwnershipState } from '../store-model.ts';
import { Coordinator } from './coordinator.ts';
import { DEFAULT_COORDINATOR_PARAMS } from './params.ts';

const BASE = gridDisk(latLngToCell(40.75, -73.98, 6), 2);
const NAMES = ['matcher-a', 'matcher-b', 'matcher-c'];
const TICK_MS = 100;
const BEAT_MS = 500;

const memberOf = (instance: string): Member => ({ instance, incarnation: `${instance} 1`, state: 'active' });

/** How an effect is answered: after how many ticks, and whether it fails or is lost. */
interface Delivery {
  readonly ticks: number;
  readonly result: 'succeeds' | 'fails' | 'lost';
}
const PROMPT: Delivery = { ticks: 1, result: 'succeeds' };

/** A coordinator with the store model and matchers that are alive or silent. Checks each effect. */
class SimulatedCluster {
  readonly coordinator = new Coordinator({ ...DEFAULT_COORDINATOR_PARAMS, baseCells: BASE });
  state: OwnershipState = {
    ...EMPTY_OWNERSHIP,
    term: 1,
    members: new Map(NAMES.map((instance) => [instance, memberOf(instance)])),
  };
  readonly silent = new Set<string>();
  readonly reports: CoordinatorReport[] = [];
  hotShard: string | undefined;
  isBusUp = true;
  deliveries: Delivery[] = [];
  nowMs = 0;
  #due: { atMs: number; event: () => CoordinatorEvent }[] = [];
  /** Drained shards with their epochs, as reported to the coordinator. */
  readonly #drained = new Set<string>();
  /** The members of the coordinator's last read. */
  #readMembers: ReadonlyMap<string, Member> = new Map();

  tell(event: CoordinatorEvent): void {
    const effects = this.coordinator.step(event, this.nowMs);
    if (event.type === 'state_read')
      this.#readMembers = new Map(event.members.map((member) => [member.instance, member]));
    expect(this.coordinator.term === undefined && effects.length > 0).toBe(false);
    for (const effect of effects) this.#take(effect);
  }

  pass(ms: number): void {
    for (const untilMs = this.nowMs + ms; this.nowMs < untilMs; this.nowMs += TICK_MS) {
      const due = this.#due.filter(({ atMs }) => atMs <= this.nowMs);
      this.#due = this.#due.filter(({ atMs }) => atMs > this.nowMs);
      for (const { event } of due) this.tell(event());
      if (this.nowMs % BEAT_MS === 0 && this.isBusUp) this.#beat();
      this.tell({ type: 'tick' });
    }
  }

  setState(instance: string, state: MemberState): void {
    const member = this.state.members.get(instance);
    if (member === undefined) return;
    this.state = {
      ...this.state,
      members: new Map([...this.state.members, [instance, { ...member, state }]]),
    };
    this.tell({ type: 'woken' });
  }

  /** The owners of live shards. */
  owners(): Set<string | null> {
    const live = [...this.state.rows.values()].filter(({ retired }) => !retired);
    return new Set(live.map(({ owner }) => owner));
  }

  has(event: CoordinatorReport['event']): boolean {
    return this.reports.some((report) => report.event === event);
  }

  #beat(): void {
    const load: ShardLoad = { openTrips: 9, requestsPerS: 9, pingsPerS: 9, busyMsPerS: 600 };
    for (const instance of NAMES.filter((name) => !this.silent.has(name))) {
      const loads = new Map(this.hotShard === undefined ? [] : [[this.hotShard, load]]);
      this.tell({ type: 'heartbeat', instance, incarnation: memberOf(instance).incarnation, loads });
    }
  }

  #take(effect: CoordinatorEffect): void {
    if (effect.type === 'report') {
      this.reports.push(effect.report);
      return;
    }
    this.#check(effect);
    const { ticks, result } = this.deliveries.shift() ?? PROMPT;
    if (result === 'lost') {
      // A commit without an answer may still have been applied.
      if (effect.type === 'commit') this.#commit(effect);
      return;
    }
    const event = result === 'succeeds' ? this.#answer(effect) : failureOf(effect);
    this.#due.push({ atMs: this.nowMs + ticks * TICK_MS, event });
  }

  #answer(effect: Exclude<CoordinatorEffect, { type: 'report' }>): () => CoordinatorEvent {
    switch (effect.type) {
      case 'read': {
        const [rows, members] = [[...this.state.rows.values()], [...this.state.members.values()]];
        return () => ({ type: 'state_read', rows, members });
      }
      case 'probe': {
        const { instance } = effect;
        if (!this.isBusUp || this.silent.has(instance)) return failureOf(effect);
        return () => ({ type: 'probe_answered', instance, incarnation: memberOf(instance).incarnation });
      }
      case 'prepare':
        return this.silent.has(effect.handoff.to)
          ? failureOf(effect)
          : () => ({ type: 'prepared', handoff: effect.handoff.id });
      case 'drain': {
        if (this.silent.has(effect.handoff.from)) return failureOf(effect);
        const { id, shards } = effect.handoff;
        return () => {
          for (const { shard, epoch } of shards) this.#drained.add(`${shard} ${epoch}`);
          return { type: 'drained', handoff: id, shards: shards.map(({ shard }) => shard) };
        };
      }
      case 'commit': {
        const outcome = this.#commit(effect);
        return () => ({ type: 'committed', commit: effect.commit, outcome });
      }
    }
  }

  #commit({ term, change }: Extract<CoordinatorEffect, { type: 'commit' }>) {
    const wasCovered = ownershipViolations(this.state.rows.values(), BASE).length === 0;
    const { state, outcome } = applyChange(this.state, term, change, this.nowMs);
    this.state = state;
    if (wasCovered) expect(ownershipViolations(state.rows.values(), BASE)).toEqual([]);
    return outcome;
  }

  #check(effect: CoordinatorEffect): void {
    const hasSuspects = NAMES.some((name) => this.#healthOf(name) === 'suspect');
    if (effect.type === 'prepare') {
      const from = this.state.members.get(effect.handoff.from)?.state;
      // While a matcher is suspect, only the shards of leaving matchers are handed over.
      expect(hasSuspects && from === 'active').toBe(false);
    }
    if (effect.type !== 'commit') return;
    expect(effect.term).toBe(this.coordinator.term);
    for (const { shard, seenEpoch, owner, kind } of effect.change.claims) {
      expect(hasSuspects && (kind === 'split' || kind === 'merged')).toBe(false);
      const row = this.state.rows.get(shard);
      if (row?.epoch !== seenEpoch) continue;
      const holder = row?.owner ?? '';
      const isActive = [this.state.members, this.#readMembers].every(
        (members) => members.get(holder)?.state === 'active',
      );
      const isAlive = isActive && this.#healthOf(holder) === 'alive';
      // An active, living owner loses a shard only after its own drain, except by a split or merge.
      if (isAlive && kind !== 'split' && kind !== 'merged')
        expect([kind, this.#drained.has(`${shard} ${seenEpoch}`)]).toEqual(['moved', true]);
      if (owner !== null) expect(this.#healthOf(owner)).not.toBe('dead');
    }
  }

  #healthOf(instance: string) {
    return this.coordinator.knowledgeOf(instance, this.nowMs).health;
  }
}

function failureOf(effect: Exclude<CoordinatorEffect, { type: 'report' }>): () => CoordinatorEvent {
  switch (effect.type) {
    case 'read':
      return () => ({ type: 'read_failed' });
    case 'probe':
      return () => ({ type: 'probe_failed', instance: effect.instance });
    case 'prepare':
      return () => ({ type: 'prepare_failed', handoff: effect.handoff.id });
    case 'drain':
      return () => ({ type: 'drain_failed', handoff: effect.handoff.id });
    case 'commit':
      return () => ({ type: 'commit_unknown', commit: effect.commit });
  }
}

const settled = (): SimulatedCluster => {
  const cluster = new SimulatedCluster();
  cluster.tell({ type: 'term_won', term: 1 });
  cluster.pass(3_000);
  expect(cluster.owners()).toEqual(new Set(NAMES));
  return cluster;
};

describe('Coordinator', () => {
  it('does nothing without the term, and distributes the area with it', () => {
    const cluster = new SimulatedCluster();
    cluster.pass(5_000);
    expect(cluster.state.rows.size).toBe(0);
    cluster.tell({ type: 'term_won', term: 1 });
    cluster.pass(1_000);
    expect(cluster.owners()).toEqual(new Set(NAMES));
    expect(ownershipViolations(cluster.state.rows.values(), BASE)).toEqual([]);
  });

  it('gives the shards of the dead to the living within five seconds, and takes them back when they wake', () => {
    const cluster = settled();
    cluster.silent.add('matcher-b');
    cluster.pass(5_000);
    expect(cluster.owners()).toEqual(new Set(['matcher-a', 'matcher-c']));
    expect(cluster.state.members.get('matcher-b')?.state).toBe('lost');
    expect(cluster.has('shards_reowned')).toBe(true);
    cluster.silent.clear();
    cluster.pass(60_000);
    expect(cluster.owners()).toEqual(new Set(NAMES));
  });

  it('hands over all shards of a leaving matcher, and forgets it', () => {
    const cluster = settled();
    cluster.setState('matcher-c', 'leaving');
    cluster.pass(3_000);
    expect(cluster.owners()).toEqual(new Set(['matcher-a', 'matcher-b']));
    expect([...cluster.state.members.keys()]).toEqual(['matcher-a', 'matcher-b']);
    expect(cluster.has('handoff_done')).toBe(true);
    expect(cluster.has('shards_reowned')).toBe(false);
  });

  it('lets the last matchers leave and releases their shards, but keeps one that an operator drained', () => {
    const cluster = settled();
    for (const name of NAMES) cluster.setState(name, name === 'matcher-a' ? 'drained' : 'leaving');
    cluster.pass(5_000);
    const before = cluster.owners();
    expect(before.has('matcher-a')).toBe(true);
    cluster.setState('matcher-a', 'leaving');
    cluster.pass(10_000);
    expect(cluster.owners()).toEqual(new Set([null]));
    expect(cluster.state.members.size).toBe(0);
  });

  it('loses no matcher in an outage of the bus, whether it is notified or not', () => {
    const cluster = settled();
    const before = cluster.state;
    for (const isNotified of [true, false]) {
      cluster.isBusUp = false;
      if (isNotified) cluster.tell({ type: 'bus_lost' });
      cluster.pass(20_000);
      cluster.isBusUp = true;
      if (isNotified) cluster.tell({ type: 'bus_connected' });
      cluster.pass(10_000);
      expect(cluster.state).toEqual(before);
    }
  });

  it('removes no matcher while all are silent, because it may be cut off itself', () => {
    const cluster = settled();
    const before = cluster.state;
    for (const name of NAMES) cluster.silent.add(name);
    cluster.pass(20_000);
    expect(cluster.state).toEqual(before);
    for (const name of NAMES.slice(1)) cluster.silent.delete(name);
    cluster.pass(10_000);
    expect(cluster.owners()).toEqual(new Set(NAMES.slice(1)));
    expect(cluster.state.members.get(NAMES[0]!)?.state).toBe('lost');
  });

  it('splits and moves nothing while a matcher is suspect', () => {
    const cluster = settled();
    cluster.silent.add('matcher-b');
    cluster.pass(1_600);
    expect(cluster.has('matcher_suspected')).toBe(true);
    cluster.hotShard = BASE[0];
    cluster.pass(300);
    expect(cluster.has('matcher_lost')).toBe(false);
    expect(cluster.has('shard_split')).toBe(false);
    cluster.silent.clear();
    cluster.pass(5_000);
    expect(cluster.has('shard_split')).toBe(true);
  });

  it('splits a hot shard', () => {
    const cluster = settled();
    cluster.hotShard = BASE[0];
    cluster.pass(10_000);
    expect(cluster.has('shard_split')).toBe(true);
    expect(cluster.state.rows.get(BASE[0]!)?.retired).toBe(true);
  });

  it('stops when it is deposed, but not by a late reply to an earlier term of its own', () => {
    const cluster = settled();
    cluster.tell({ type: 'term_lost' });
    cluster.state = { ...cluster.state, term: 3 };
    cluster.tell({ type: 'term_won', term: 3 });
    cluster.tell({ type: 'committed', commit: 1, outcome: 'deposed' });
    expect(cluster.coordinator.term).toBe(3);
    cluster.pass(1_000);
    cluster.state = { ...cluster.state, term: 4 };
    cluster.silent.add('matcher-a');
    cluster.pass(6_000);
    expect(cluster.coordinator.term).toBeUndefined();
    expect(cluster.owners()).toEqual(new Set(NAMES));
  });

  it('keeps the rules under any faults, and once they end, every shard has a living owner', () => {
    const name = fc.constantFrom(...NAMES);
    const happening = fc.oneof(
      fc.record({ what: fc.constantFrom('silence', 'wake', 'drain', 'resume', 'leave', 'heat'), name }),
      fc.record({ what: fc.constantFrom('outage', 'bus back', 'deposed', 'elected', 'woken'), name }),
    );
    const delivery = fc.record<Delivery>({
      ticks: fc.integer({ min: 0, max: 15 }),
      result: fc.constantFrom('succeeds', 'succeeds', 'succeeds', 'fails', 'lost'),
    });
    const turn = fc.record({
      happening,
      waitMs: fc.nat(5_000),
      deliveries: fc.array(delivery, { maxLength: 12 }),
    });
    fc.assert(
      fc.property(fc.array(turn, { maxLength: 12 }), (turns) => {
        const cluster = settled();
        for (const { happening: news, waitMs, deliveries } of turns) {
          cluster.deliveries = deliveries.slice();
          happen(cluster, news.what, news.name);
          cluster.pass(waitMs);
        }
        cluster.deliveries = [];
        cluster.silent.clear();
        cluster.hotShard = undefined;
        happen(cluster, 'bus back', '');
        happen(cluster, 'elected', '');
        happen(cluster, 'join', NAMES[0]!);
        cluster.pass(40_000);
        for (const owner of cluster.owners())
          expect(cluster.state.members.get(owner ?? 'nobody')?.state).toBe('active');
        expect(ownershipViolations(cluster.state.rows.values(), BASE)).toEqual([]);
      }),
      { numRuns: 100 },
    );
  }, 60_000);
});

function happen(cluster: SimulatedCluster, what: string, name: string): void {
  const joined = new Map([...cluster.state.members, [name, memberOf(name)]]);
  if (what === 'silence') cluster.silent.add(name);
  if (what === 'wake') cluster.silent.delete(name);
  if (what === 'drain') cluster.setState(name, 'drained');
  if (what === 'resume') cluster.setState(name, 'active');
  if (what === 'leave') cluster.setState(name, 'leaving');
  if (what === 'join') cluster.state = { ...cluster.state, members: joined };
  if (what === 'heat') cluster.hotShard = BASE[NAMES.indexOf(name)];
  if (what === 'woken') cluster.tell({ type: 'woken' });
  if (what === 'deposed') cluster.state = { ...cluster.state, term: cluster.state.term + 1 };
  if (what === 'outage' || what === 'bus back') {
    cluster.isBusUp = what === 'bus back';
    cluster.tell({ type: cluster.isBusUp ? 'bus_connected' : 'bus_lost' });
  }
  if (what !== 'elected') return;
  cluster.state = { ...cluster.state, term: cluster.state.term + 1 };
  cluster.tell({ type: 'term_won', term: cluster.state.term });
}
