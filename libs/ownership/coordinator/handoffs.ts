import type { CoordinatorEffect, CoordinatorReport } from '../coordinator-io.ts';
import type { HandedShard, Handoff } from '../ownership-change.ts';
import type { InstanceName, ShardKey } from '../shard-claim.ts';
import type { CoordinatorParams } from './params.ts';

type Phase = 'preparing' | 'draining' | 'drained' | 'committing';

/** A handoff in progress. */
export interface RunningHandoff {
  readonly handoff: Handoff;
  /** The source is leaving: its shards are handed over even if one side does not answer. */
  readonly isUrgent: boolean;
  phase: Phase;
  /** Start of the current phase. */
  sinceMs: number;
  readonly startedMs: number;
  preparedMs: number;
  drainStartedMs: number;
  /** The shards to commit: those that were drained. */
  shards: readonly HandedShard[];
}

/** A planned move, with the epoch at which its source owns the shard. */
export interface PlannedMove extends HandedShard {
  readonly from: InstanceName;
  readonly to: InstanceName;
}

/** How many times the request's own timeout the planner waits for a reply, to allow for delays in this process. */
const REPLY_SLACK = 2;

/** Handoffs in progress: prepare, drain, commit. Each step has a limit, so a lost reply blocks nothing. */
export class Handoffs {
  readonly #params: CoordinatorParams;
  readonly #running = new Map<number, RunningHandoff>();
  #nextId = 1;

  constructor(params: CoordinatorParams) {
    this.#params = params;
  }

  /** The target of each shard in a handoff. */
  get moving(): ReadonlyMap<ShardKey, InstanceName> {
    const moving = new Map<ShardKey, InstanceName>();
    for (const { handoff } of this.#running.values())
      for (const { shard } of handoff.shards) moving.set(shard, handoff.to);
    return moving;
  }

  get running(): readonly RunningHandoff[] {
    return [...this.#running.values()];
  }

  get hasRoom(): boolean {
    return this.#running.size < this.#params.maxHandoffsInFlight;
  }

  /** Starts as many of the moves as the bound allows. */
  start(
    moves: readonly PlannedMove[],
    isUrgent: (from: InstanceName) => boolean,
    nowMs: number,
  ): CoordinatorEffect[] {
    const effects: CoordinatorEffect[] = [];
    for (const group of grouped(moves, this.#params.maxShardsPerHandoff)) {
      if (!this.hasRoom) break;
      const handoff: Handoff = { id: this.#nextId++, ...group };
      this.#running.set(handoff.id, {
        handoff,
        isUrgent: isUrgent(group.from),
        phase: 'preparing',
        sinceMs: nowMs,
        startedMs: nowMs,
        preparedMs: 0,
        drainStartedMs: nowMs,
        shards: group.shards,
      });
      effects.push({ type: 'prepare', handoff, timeoutMs: this.#params.prepareTimeoutMs });
    }
    return effects;
  }

  prepared(id: number, ok: boolean, nowMs: number): CoordinatorEffect[] {
    const running = this.#running.get(id);
    if (running?.phase !== 'preparing') return [];
    if (!ok && !running.isUrgent) return this.giveUp(running, 'prepare_failed');
    const { drainTimeoutMs: timeoutMs, drainLeaseMs: leaseMs } = this.#params;
    running.phase = 'draining';
    running.sinceMs = nowMs;
    running.preparedMs = nowMs - running.startedMs;
    running.drainStartedMs = nowMs;
    return [{ type: 'drain', handoff: running.handoff, timeoutMs, leaseMs }];
  }

  /** @param drained null if the source did not answer */
  drained(id: number, drained: readonly ShardKey[] | null, nowMs: number): CoordinatorEffect[] {
    const running = this.#running.get(id);
    if (running?.phase !== 'draining') return [];
    if (drained === null && !running.isUrgent) return this.giveUp(running, 'drain_failed');
    if (drained !== null) {
      const drainedShards = new Set(drained);
      running.shards = running.handoff.shards.filter(({ shard }) => drainedShards.has(shard));
    }
    if (running.shards.length === 0) return this.giveUp(running, 'nothing_drained');
    running.phase = 'drained';
    running.sinceMs = nowMs;
    return [];
  }

  /** The drained handoff that has waited longest for its commit. */
  nextToCommit(): RunningHandoff | undefined {
    return this.running.find(({ phase }) => phase === 'drained');
  }

  finish(running: RunningHandoff, nowMs: number): CoordinatorReport {
    this.#running.delete(running.handoff.id);
    const { handoff, shards, preparedMs, drainStartedMs } = running;
    return {
      event: 'handoff_done',
      handoff: { ...handoff, shards },
      preparedMs,
      drainedMs: nowMs - drainStartedMs,
    };
  }

  giveUp({ handoff }: RunningHandoff, reason: string): CoordinatorEffect[] {
    this.#running.delete(handoff.id);
    return [{ type: 'report', report: { event: 'handoff_given_up', handoff, reason } }];
  }

  /** Forgets all handoffs, because another process plans now. */
  clear(): void {
    this.#running.clear();
  }

  /** Ends the phases that have waited too long for a reply. */
  tick(nowMs: number): CoordinatorEffect[] {
    const { prepareTimeoutMs, drainTimeoutMs, drainLeaseMs } = this.#params;
    return this.running.flatMap((running) => {
      const { handoff, phase, sinceMs, isUrgent } = running;
      const waitedMs = nowMs - sinceMs;
      if (phase === 'preparing' && waitedMs > REPLY_SLACK * prepareTimeoutMs)
        return this.prepared(handoff.id, false, nowMs);
      if (phase === 'draining' && waitedMs > REPLY_SLACK * drainTimeoutMs)
        return this.drained(handoff.id, null, nowMs);
      // The source matches again after its lease. A commit now would be safe but fence a round of it, so the handoff is
      // given up.
      if (phase === 'drained' && !isUrgent && waitedMs > drainLeaseMs)
        return this.giveUp(running, 'lease_over');
      return [];
    });
  }
}

/** Groups moves by source and target, in their order and in groups of bounded size. */
function grouped(moves: readonly PlannedMove[], maxSize: number): Omit<Handoff, 'id'>[] {
  const groups: { from: InstanceName; to: InstanceName; shards: HandedShard[] }[] = [];
  for (const { from, to, shard, epoch } of moves) {
    let group = groups.findLast((known) => known.from === from && known.to === to);
    if (group === undefined || group.shards.length >= maxSize) {
      group = { from, to, shards: [] };
      groups.push(group);
    }
    group.shards.push({ shard, epoch });
  }
  return groups;
}
