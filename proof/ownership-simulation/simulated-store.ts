import { cellKeyFromH3, cellKeyRes, parentKey, type CellKey } from '#libs/geo';
import {
  applyChange,
  claimCommand,
  EMPTY_OWNERSHIP,
  type ChangeOutcome,
  type InstanceName,
  type OwnershipChange,
  type OwnershipState,
  type ShardClaim,
  type ShardKey,
} from '#libs/ownership';
import type { EventQueue } from './event-queue.ts';
import type { Mutation } from './mutations.ts';
import type { Random } from '#libs/random';
import { RowLocks } from './row-locks.ts';

export interface SimTrip {
  readonly id: number;
  /** Resolution 9. */
  readonly pickupCell: string;
  state: 'open' | 'offered' | 'bound' | 'done';
  /** Time of the last change of state. */
  sinceMs: number;
}

export interface Proposal {
  readonly trip: number;
  readonly driver: number;
  readonly shard: ShardKey;
  readonly epoch: number;
}

/** A violated invariant, thrown at the moment of the violation. */
export class Violation extends Error {
  override readonly name = 'Violation';
}

type Answer<T> = (outcome: T | 'unavailable' | 'unknown') => void;

/** Duration of a transaction from its locks to its commit, and from there to the standby's acknowledgement. */
const MIN_WORK_MS = 0.5;
const MAX_WORK_MS = 8;
const MAX_COMMIT_MS = 6;

/**
 * Postgres: transactions with row locks, commits that take time, lost replies, and a primary that dies with its open
 * transactions while the standby keeps everything acknowledged. Ownership changes by the model against which the real SQL
 * is tested.
 */
export class SimulatedStore {
  ownership: OwnershipState = EMPTY_OWNERSHIP;
  readonly trips = new Map<number, SimTrip>();
  /** A list, so that a violation of the unique key would show. */
  claims: { readonly driver: number; readonly trip: number }[] = [];
  planner: { holder: string; expiresAtMs: number } | undefined;
  /** Counts epoch changes by shard. */
  readonly changes = new Map<ShardKey, number>();
  readonly counts = {
    offers: 0,
    fenced: 0,
    stale: 0,
    deposed: 0,
    splits: 0,
    merges: 0,
    moves: 0,
    reowned: 0,
  };
  onOwnership: (before: OwnershipState) => void = () => {};
  readonly #queue: EventQueue;
  readonly #random: Random;
  readonly #mutation: Mutation | undefined;
  readonly #locks = new RowLocks();
  #generation = 0;
  #available = true;

  constructor(queue: EventQueue, random: Random, mutation: Mutation | undefined) {
    this.#queue = queue;
    this.#random = random;
    this.#mutation = mutation;
  }

  /** The primary dies; after a while a standby with all acknowledged commits takes over. */
  failOver(awayMs: number): void {
    this.#generation += 1;
    this.#available = false;
    this.#locks.clear();
    this.#queue.after(awayMs, () => {
      this.#available = true;
    });
  }

  read<T>(look: () => T, answer: (value: T | 'unavailable') => void): void {
    this.#queue.after(this.#random.between(0.2, 3), () => answer(this.#available ? look() : 'unavailable'));
  }

  changeOwnership(term: number, change: OwnershipChange, answer: Answer<ChangeOutcome>): void {
    const shards = change.claims.map(({ shard }) => `shard ${shard}`).sort();
    this.#transact(['planner'], shards, answer, () => {
      const outcome = this.#applied(term, change);
      if (outcome !== 'done') this.counts[outcome] += 1;
      return outcome;
    });
  }

  /** The instance joins; the shards of its former incarnation get new epochs. */
  join(instance: InstanceName, incarnation: string, nowMs: number, answer: Answer<ShardClaim[]>): void {
    const owned = (): ShardClaim[] =>
      [...this.ownership.rows.values()].filter(({ owner }) => owner === instance);
    const keys = owned().map(({ shard }) => `shard ${shard}`);
    this.#transact([`member ${instance}`], keys.sort(), answer, () => {
      const known = this.ownership.members.get(instance);
      if (known?.incarnation === incarnation && known.state !== 'lost') return owned();
      const members = new Map(this.ownership.members);
      members.set(instance, { instance, incarnation, state: 'active' });
      this.#setOwnership({ ...this.ownership, members });
      if (known?.incarnation === incarnation) return owned();
      const claims = owned().map((claim) => claimCommand(claim, claim.shard, instance, 'renewed'));
      this.#setOwnership(
        applyChange(this.ownership, this.ownership.term, { claims, members: [] }, nowMs).state,
      );
      return owned();
    });
  }

  leave(instance: InstanceName, incarnation: string, answer: Answer<number>): void {
    this.#transact([`member ${instance}`], [], answer, () => {
      const known = this.ownership.members.get(instance);
      if (known?.incarnation === incarnation && known.state !== 'leaving') {
        const members = new Map(this.ownership.members);
        members.set(instance, { ...known, state: 'leaving' });
        this.#setOwnership({ ...this.ownership, members });
      }
      return [...this.ownership.rows.values()].filter(({ owner }) => owner === instance).length;
    });
  }

  winTerm(holder: string, nowMs: number, leaseMs: number, answer: Answer<number | null>): void {
    this.#transact(['planner'], [], answer, () => {
      const { planner } = this;
      if (planner !== undefined && planner.holder !== holder && planner.expiresAtMs >= nowMs) return null;
      const kept = planner?.holder === holder && planner.expiresAtMs >= nowMs;
      if (!kept) this.#setOwnership({ ...this.ownership, term: this.ownership.term + 1 });
      this.planner = { holder, expiresAtMs: nowMs + leaseMs };
      return this.ownership.term;
    });
  }

  /** One transaction for the offers of a round, each with its own outcome. */
  offer(matcher: InstanceName, proposals: readonly Proposal[], answer: Answer<boolean[]>): void {
    const shards = [...new Set(proposals.map(({ shard }) => `shard ${shard}`))].sort();
    const trips = [...new Set(proposals.map(({ trip }) => `trip ${trip}`))].sort();
    const drivers = [...new Set(proposals.map(({ driver }) => `driver ${driver}`))].sort();
    const share = this.#mutation === 'no_for_share' ? [] : shards;
    let admitted: boolean[] = [];
    const judge = (): void => {
      admitted = proposals.map((proposal) => this.#isAdmissible(matcher, proposal));
    };
    this.#begin(answer, (transaction, commit) => {
      this.#locks.take(transaction, share, 'shared', () => {
        judge();
        this.#locks.take(transaction, [...trips, ...drivers], 'exclusive', () =>
          commit(() =>
            proposals.map((proposal, index) => admitted[index] === true && this.#claim(matcher, proposal)),
          ),
        );
      });
    });
  }

  /** A rider's request: an acknowledged one must never be lost. */
  request(trip: SimTrip, answer: Answer<'done'>): void {
    this.#transact<'done'>([], [], answer, () => {
      this.trips.set(trip.id, trip);
      return 'done';
    });
  }

  /** A driver's answer, or the end of a trip. */
  settle(trip: SimTrip, state: SimTrip['state'], answer: Answer<'done'>): void {
    this.#transact<'done'>([`trip ${trip.id}`], [], answer, () => {
      trip.state = state;
      trip.sinceMs = this.#queue.nowMs;
      if (state !== 'bound') this.claims = this.claims.filter((claim) => claim.trip !== trip.id);
      return 'done';
    });
  }

  /** The open trips of some shards, as the sweep reads them: only for shards that the caller owns at that epoch. */
  openTrips(
    matcher: InstanceName,
    shards: readonly ShardClaim[],
  ): { trips: Map<ShardKey, SimTrip[]>; moved: ShardClaim[] } {
    const trips = new Map<ShardKey, SimTrip[]>();
    const moved: ShardClaim[] = [];
    for (const { shard, epoch } of shards) {
      const row = this.ownership.rows.get(shard);
      if (row?.owner === matcher && row.epoch === epoch) trips.set(shard, []);
      else if (row !== undefined) moved.push({ shard, epoch: row.epoch, owner: row.owner });
    }
    for (const trip of this.trips.values()) {
      if (trip.state !== 'open') continue;
      for (const [shard, open] of trips) if (isInside(trip.pickupCell, shard)) open.push(trip);
    }
    return { trips, moved };
  }

  #applied(term: number, change: OwnershipChange): ChangeOutcome {
    const believed = this.#mutation === 'no_term_check' ? this.ownership.term : term;
    const fitted = this.#mutation === 'no_seen_epoch_check' ? this.#fitted(change) : change;
    const broken = this.#mutation === 'split_without_epoch_rule' ? withoutEpochRule(fitted) : fitted;
    const { state, outcome } = applyChange(this.ownership, believed, broken, this.#queue.nowMs);
    if (outcome !== 'done') return outcome;
    if (term !== this.ownership.term)
      throw new Violation(`committed under term ${term}, but the term is ${this.ownership.term}`);
    this.#count(change);
    this.#setOwnership(state);
    return outcome;
  }

  #fitted({ claims, members }: OwnershipChange): OwnershipChange {
    const seen = (shard: ShardKey): number | null => this.ownership.rows.get(shard)?.epoch ?? null;
    return { members, claims: claims.map((command) => ({ ...command, seenEpoch: seen(command.shard) })) };
  }

  #count({ claims }: OwnershipChange): void {
    for (const { shard, kind, retired } of claims) {
      this.changes.set(shard, (this.changes.get(shard) ?? 0) + 1);
      if (kind === 'split' && retired) this.counts.splits += 1;
      if (kind === 'merged' && !retired) this.counts.merges += 1;
      if (kind === 'moved') this.counts.moves += 1;
      if (kind === 'reowned') this.counts.reowned += 1;
    }
  }

  #setOwnership(next: OwnershipState): void {
    const before = this.ownership;
    this.ownership = next;
    this.onOwnership(before);
  }

  #isAdmissible(matcher: InstanceName, { trip, shard, epoch }: Proposal): boolean {
    const row = this.ownership.rows.get(shard);
    const isCurrent = row?.owner === matcher && row.epoch === epoch;
    if (!isCurrent && this.#mutation !== 'no_epoch_check') {
      this.counts.fenced += 1;
      return false;
    }
    const known = this.trips.get(trip);
    return known?.state === 'open' && isInside(known.pickupCell, shard);
  }

  #claim(matcher: InstanceName, { trip, driver, shard, epoch }: Proposal): boolean {
    const known = this.trips.get(trip);
    if (known?.state !== 'open') return false;
    const isTaken = this.claims.some((claim) => claim.driver === driver || claim.trip === trip);
    if (isTaken && this.#mutation !== 'no_claim_key') return false;
    const row = this.ownership.rows.get(shard);
    if (row?.owner !== matcher || row.epoch !== epoch || row.retired)
      throw new Violation(
        `${matcher} offers under ${shard}@${epoch}, which is ${row?.owner}'s at ${row?.epoch}`,
      );
    this.claims.push({ driver, trip });
    known.state = 'offered';
    known.sinceMs = this.#queue.nowMs;
    this.counts.offers += 1;
    if (this.claims.filter((claim) => claim.driver === driver).length > 1)
      throw new Violation(`driver ${driver} is claimed twice`);
    return true;
  }

  #transact<T>(first: readonly string[], then: readonly string[], answer: Answer<T>, work: () => T): void {
    this.#begin(answer, (transaction, commit) =>
      this.#locks.take(transaction, [...first, ...then], 'exclusive', () => commit(work)),
    );
  }

  /** A transaction on the current primary. If the primary dies first, its outcome is unknown or it is rolled back. */
  #begin<T>(answer: Answer<T>, run: (transaction: object, commit: (work: () => T) => void) => void): void {
    if (!this.#available) return this.#queue.after(this.#random.between(1, 50), () => answer('unavailable'));
    const transaction = {};
    const generation = this.#generation;
    let isOpen = true;
    const end = (outcome: T | 'unavailable' | 'unknown'): void => {
      if (!isOpen) return;
      isOpen = false;
      answer(outcome);
    };
    // Callers that wait for a dead primary get an answer in the end, at any stage.
    this.#queue.after(5_000, () => {
      if (this.#generation !== generation) end('unknown');
    });
    run(transaction, (work) => {
      this.#queue.after(this.#random.between(MIN_WORK_MS, MAX_WORK_MS), () => {
        if (this.#generation !== generation) return end('unknown');
        const outcome = work();
        this.#locks.release(transaction);
        this.#queue.after(this.#random.between(0, MAX_COMMIT_MS), () =>
          end(this.#generation === generation ? outcome : 'unknown'),
        );
      });
    });
  }
}

function withoutEpochRule({ claims, members }: OwnershipChange): OwnershipChange {
  return {
    members,
    claims: claims.map((command) =>
      command.kind === 'split' && !command.retired
        ? { ...command, epoch: (command.seenEpoch ?? 0) + 1 }
        : command,
    ),
  };
}

const keys = new Map<string, CellKey>();

/** For the few cells of a simulation. */
function keyOf(cell: string): CellKey {
  const known = keys.get(cell);
  if (known !== undefined) return known;
  const key = cellKeyFromH3(cell);
  keys.set(cell, key);
  return key;
}

export function isInside(pickupCell: string, shard: ShardKey): boolean {
  const key = keyOf(shard);
  return parentKey(keyOf(pickupCell), cellKeyRes(key)) === key;
}
