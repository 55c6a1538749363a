import type { CoordinatorEffect, CoordinatorEvent, CoordinatorReport } from '../coordinator-io.ts';
import { Liveness, type Health } from '../liveness.ts';
import { claimCommand } from '../claim-commands.ts';
import type { OwnershipChange } from '../ownership-change.ts';
import { planOwnership } from '../plan/plan-ownership.ts';
import { ShardTopology } from '../plan/shard-topology.ts';
import type { InstanceName, ShardKey } from '../shard-claim.ts';
import type { ShardLoad } from '../shard-load.ts';
import { Cooldowns } from './cooldowns.ts';
import { Handoffs, type RunningHandoff } from './handoffs.ts';
import { KnownLoads } from './known-loads.ts';
import { nextChange } from './next-change.ts';
import type { CoordinatorParams } from './params.ts';
import { reportsOf, type PendingCommit } from './pending-commit.ts';
import { plannedMoves } from './planned-moves.ts';
import { rosterOf, type Roster } from './roster.ts';
import { snapshotOf, type Snapshot } from './snapshot.ts';

/** What a coordinator knows about a matcher. */
export interface MatcherKnowledge {
  readonly health: Health;
  /** -Infinity if never. */
  readonly heardAtMs: number;
  readonly loads: ReadonlyMap<ShardKey, ShardLoad>;
}

/**
 * Keeps every shard with a living matcher, and the load balanced: detects dead matchers and reassigns their shards,
 * hands over those of leaving matchers, moves, splits and merges for balance. It decides only while it holds the
 * planner's term, only on rows read from Postgres, with one commit at a time. Events may be late, repeated or lost: a
 * compare-and-set under the term decides, and each wait has a limit.
 *
 * Deterministic: time and news come in as events, actions go out as effects.
 */
export class Coordinator {
  readonly #params: CoordinatorParams;
  readonly #liveness: Liveness;
  readonly #handoffs: Handoffs;
  readonly #loads: KnownLoads;
  readonly #cooldowns: Cooldowns;
  #topology: ShardTopology | undefined;
  #term: number | undefined;
  #snapshot: Snapshot | undefined;
  /** When the pending read was requested. */
  #readAskedAtMs: number | undefined;
  #lastReadAtMs = -Infinity;
  /** The pending read may be older than a change since its request. */
  #mustReadAgain = false;
  #pending: PendingCommit | undefined;
  #nextCommit = 1;

  constructor(params: CoordinatorParams) {
    this.#params = params;
    this.#liveness = new Liveness(params.liveness);
    this.#handoffs = new Handoffs(params);
    this.#loads = new KnownLoads(params);
    this.#cooldowns = new Cooldowns(params.plan.moveCooldownMs);
  }

  /** The planner's term, while this coordinator believes that it holds it. */
  get term(): number | undefined {
    return this.#term;
  }

  knowledgeOf(instance: InstanceName, nowMs: number): MatcherKnowledge {
    return {
      health: this.#liveness.healthOf(instance),
      heardAtMs: this.#liveness.heardAtMs(instance),
      loads: this.#loads.ofInstance(instance, nowMs),
    };
  }

  step(event: CoordinatorEvent, nowMs: number): CoordinatorEffect[] {
    const taken = this.#take(event, nowMs);
    if (this.#term === undefined) return [];
    const effects = [...taken, ...this.#commitDrained(nowMs), ...this.#readIfDue(nowMs)];
    this.#cooldowns.givenUp(effects, nowMs);
    return effects;
  }

  #take(event: CoordinatorEvent, nowMs: number): CoordinatorEffect[] {
    switch (event.type) {
      case 'tick':
        return this.#tick(nowMs);
      case 'term_won':
        return this.#begin(event.term, nowMs);
      case 'term_lost':
        return this.#end();
      case 'woken':
        return this.#readSoon();
      case 'bus_connected':
        this.#liveness.busConnected(nowMs);
        return [];
      case 'bus_lost':
        this.#liveness.busLost();
        return [];
      case 'heartbeat':
        this.#loads.take(event.instance, event.loads, nowMs);
        return this.#heard(event.instance, event.incarnation, nowMs);
      case 'probe_answered':
        return this.#heard(event.instance, event.incarnation, nowMs);
      case 'probe_failed':
        this.#liveness.probeFailed(event.instance, nowMs);
        return [];
      case 'state_read':
        return this.#stateRead(snapshotOf(event.rows, event.members), nowMs);
      case 'read_failed':
        this.#readAskedAtMs = undefined;
        return [];
      case 'prepared':
      case 'prepare_failed':
        return this.#handoffs.prepared(event.handoff, event.type === 'prepared', nowMs);
      case 'drained':
        return this.#handoffs.drained(event.handoff, event.shards, nowMs);
      case 'drain_failed':
        return this.#handoffs.drained(event.handoff, null, nowMs);
      case 'committed':
        // The end of an earlier term of ours does not end this one.
        if (event.outcome === 'deposed') return event.commit === this.#pending?.id ? this.#end() : [];
        return this.#commitEnded(event.commit, event.outcome, nowMs);
      case 'commit_unknown':
        return this.#commitEnded(event.commit, 'unknown', nowMs);
    }
  }

  #begin(term: number, nowMs: number): CoordinatorEffect[] {
    this.#end();
    this.#term = term;
    this.#liveness.begin(nowMs);
    return [];
  }

  #end(): CoordinatorEffect[] {
    this.#term = undefined;
    this.#snapshot = undefined;
    this.#readAskedAtMs = undefined;
    this.#lastReadAtMs = -Infinity;
    this.#mustReadAgain = false;
    this.#pending = undefined;
    this.#handoffs.clear();
    this.#liveness.end();
    return [];
  }

  #heard(instance: InstanceName, incarnation: string, nowMs: number): CoordinatorEffect[] {
    const cleared = this.#liveness.heard(instance, incarnation, nowMs);
    return cleared ? [report({ event: 'matcher_cleared', instance })] : [];
  }

  #tick(nowMs: number): CoordinatorEffect[] {
    if (this.#term === undefined) return [];
    const { probe, suspected, died } = this.#liveness.tick(nowMs);
    if (died.length > 0) this.#readSoon();
    const { probeTimeoutMs: timeoutMs } = this.#params.liveness;
    return [
      ...suspected.map((instance) => report({ event: 'matcher_suspected', instance })),
      ...probe.map((instance): CoordinatorEffect => ({ type: 'probe', instance, timeoutMs })),
      ...this.#handoffs.tick(nowMs),
      ...this.#giveUpWaiting(nowMs),
    ];
  }

  #giveUpWaiting(nowMs: number): CoordinatorEffect[] {
    const { storeTimeoutMs } = this.#params;
    if (this.#readAskedAtMs !== undefined && nowMs - this.#readAskedAtMs > storeTimeoutMs)
      this.#readAskedAtMs = undefined;
    if (this.#pending === undefined || nowMs - this.#pending.askedAtMs <= storeTimeoutMs) return [];
    return this.#commitEnded(this.#pending.id, 'unknown', nowMs);
  }

  #readSoon(): CoordinatorEffect[] {
    this.#lastReadAtMs = -Infinity;
    if (this.#readAskedAtMs !== undefined) this.#mustReadAgain = true;
    return [];
  }

  #readIfDue(nowMs: number): CoordinatorEffect[] {
    if (this.#readAskedAtMs !== undefined || this.#pending !== undefined) return [];
    if (nowMs - this.#lastReadAtMs < this.#params.refreshMs) return [];
    this.#readAskedAtMs = nowMs;
    this.#mustReadAgain = false;
    return [{ type: 'read' }];
  }

  #stateRead(snapshot: Snapshot, nowMs: number): CoordinatorEffect[] {
    if (this.#term === undefined || this.#readAskedAtMs === undefined) return [];
    this.#readAskedAtMs = undefined;
    if (this.#mustReadAgain || this.#pending !== undefined) return this.#readSoon();
    this.#lastReadAtMs = nowMs;
    this.#snapshot = snapshot;
    this.#liveness.watch([...snapshot.members.values()], nowMs);
    return this.#liveness.isBusLost ? [] : this.#decide(snapshot, nowMs);
  }

  #decide(snapshot: Snapshot, nowMs: number): CoordinatorEffect[] {
    const roster = rosterOf(snapshot, this.#liveness, nowMs);
    const abandoned = this.#abandonHandoffs(roster);
    const plan = planOwnership(
      this.#planInput(snapshot, roster, nowMs),
      this.#topologyOf(snapshot),
      this.#params.plan,
    );
    const change = nextChange(snapshot, roster, plan);
    const moves = plannedMoves(snapshot, plan);
    const { leavers } = roster;
    const handoffs = this.#handoffs.start(moves, (from) => leavers.includes(from), nowMs);
    return [
      ...abandoned,
      ...(change === undefined ? [] : this.#commit(change, undefined, nowMs)),
      ...handoffs,
    ];
  }

  #planInput(snapshot: Snapshot, { takers, leavers, keepers }: Roster, nowMs: number) {
    return {
      rows: [...snapshot.rows.values()],
      baseCells: this.#params.baseCells,
      takers,
      leavers,
      keepers,
      loads: this.#loads.ofShards(snapshot, nowMs),
      moving: this.#handoffs.moving,
      mayBalance: !this.#liveness.hasSuspects && this.#pending === undefined,
      lastMovedAtMs: this.#cooldowns.at(nowMs),
      nowMs,
    };
  }

  #topologyOf({ rows }: Snapshot): ShardTopology {
    const live = [...rows.values()].filter(({ retired }) => !retired).map(({ shard }) => shard);
    const cells = [...live, ...this.#params.baseCells.filter((cell) => !rows.has(cell))];
    this.#topology = this.#topology?.with(cells) ?? ShardTopology.of(cells);
    return this.#topology;
  }

  /** Gives up handoffs whose source or target is no longer fit for them. */
  #abandonHandoffs({ takers, leavers, dead }: Roster): CoordinatorEffect[] {
    return this.#handoffs.running.flatMap((running) => {
      const { from, to } = running.handoff;
      if (running.phase === 'committing') return [];
      if (running.isUrgent && takers.includes(from)) return this.#handoffs.giveUp(running, 'source_stays');
      const lostSource = dead.some(({ instance }) => instance === from);
      const isSourceThere = takers.includes(from) || leavers.includes(from) || running.isUrgent;
      if (lostSource || !isSourceThere) return this.#handoffs.giveUp(running, 'source_unfit');
      return takers.includes(to) ? [] : this.#handoffs.giveUp(running, 'target_unfit');
    });
  }

  #commitDrained(nowMs: number): CoordinatorEffect[] {
    const running = this.#pending === undefined ? this.#handoffs.nextToCommit() : undefined;
    if (running === undefined) return [];
    const { to } = running.handoff;
    const isFit =
      this.#snapshot?.members.get(to)?.state === 'active' && this.#liveness.healthOf(to) === 'alive';
    if (!isFit) return this.#handoffs.giveUp(running, 'target_unfit');
    const claims = running.shards.map(({ shard, epoch }) =>
      claimCommand({ shard, epoch, owner: running.handoff.from }, shard, to, 'moved'),
    );
    running.phase = 'committing';
    return this.#commit({ claims, members: [] }, running, nowMs);
  }

  #commit(change: OwnershipChange, handoff: RunningHandoff | undefined, nowMs: number): CoordinatorEffect[] {
    if (this.#term === undefined || this.#pending !== undefined) return [];
    const id = this.#nextCommit++;
    this.#pending = { id, change, askedAtMs: nowMs, handoff };
    return [{ type: 'commit', commit: id, term: this.#term, change }];
  }

  #commitEnded(id: number, outcome: 'done' | 'stale' | 'unknown', nowMs: number): CoordinatorEffect[] {
    const pending = this.#pending;
    if (pending?.id !== id) return [];
    this.#pending = undefined;
    this.#readSoon();
    if (outcome !== 'done')
      return pending.handoff === undefined ? [] : this.#handoffs.giveUp(pending.handoff, outcome);
    this.#cooldowns.committed(pending, nowMs);
    const silentMsOf = (instance: InstanceName): number => this.#liveness.silentMs(instance, nowMs);
    const reports = reportsOf(pending.change, this.#snapshot, silentMsOf);
    if (pending.handoff !== undefined) reports.push(this.#handoffs.finish(pending.handoff, nowMs));
    return reports.map(report);
  }
}

function report(reported: CoordinatorReport): CoordinatorEffect {
  return { type: 'report', report: reported };
}
