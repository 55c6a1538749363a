import { Inject, Injectable } from '@nestjs/common';
import type { NatsConnection } from '@nats-io/transport-node';
import { BUS, requestJson } from '#libs/bus';
import {
  drainShardsReply,
  drainSubject,
  matcherProbeReply,
  prepareShardsReply,
  prepareSubject,
  probeSubject,
  type DrainShards,
  type PrepareShards,
} from '#libs/contracts';
import type { CoordinatorEffect, CoordinatorEvent } from '#libs/ownership';
import { CLOCK, type Clock } from '#libs/service';
import { LiveShardMap } from '#libs/shard-map';
import { readOwnership, TripStore } from '#libs/store';
import { announceClaims } from './announce-claims.ts';
import { commitChange } from './commit-change.ts';
import { PlannerReports } from './planner-reports.ts';

type Effect<T extends CoordinatorEffect['type']> = Extract<CoordinatorEffect, { type: T }>;

/** Runs the effects of the coordinator and returns their outcomes as events. Never throws. */
@Injectable()
export class PlannerEffects {
  constructor(
    private readonly store: TripStore,
    @Inject(BUS) private readonly bus: NatsConnection,
    private readonly shards: LiveShardMap,
    private readonly reports: PlannerReports,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async run(effect: CoordinatorEffect): Promise<CoordinatorEvent | undefined> {
    switch (effect.type) {
      case 'report':
        this.reports.report(effect.report);
        return undefined;
      case 'read':
        return this.#read();
      case 'probe':
        return this.#probe(effect);
      case 'prepare':
        return this.#prepare(effect);
      case 'drain':
        return this.#drain(effect);
      case 'commit':
        return this.#commit(effect);
    }
  }

  async #read(): Promise<CoordinatorEvent> {
    try {
      return { type: 'state_read', ...(await readOwnership(this.store)) };
    } catch (error) {
      this.reports.failed('reading ownership', error);
      return { type: 'read_failed' };
    }
  }

  async #probe({ instance, timeoutMs }: Effect<'probe'>): Promise<CoordinatorEvent> {
    try {
      const { incarnation } = await this.#ask(probeSubject(instance), {}, matcherProbeReply, timeoutMs);
      return { type: 'probe_answered', instance, incarnation };
    } catch {
      return { type: 'probe_failed', instance };
    }
  }

  async #prepare({ handoff, timeoutMs }: Effect<'prepare'>): Promise<CoordinatorEvent> {
    const request: PrepareShards = { shards: [...handoff.shards] };
    try {
      await this.#ask(prepareSubject(handoff.to), request, prepareShardsReply, timeoutMs);
      return { type: 'prepared', handoff: handoff.id };
    } catch {
      return { type: 'prepare_failed', handoff: handoff.id };
    }
  }

  async #drain({ handoff, timeoutMs, leaseMs }: Effect<'drain'>): Promise<CoordinatorEvent> {
    const request: DrainShards = { shards: [...handoff.shards], lease_ms: this.#wallMs(leaseMs) };
    try {
      const subject = drainSubject(handoff.from);
      const { drained } = await this.#ask(subject, request, drainShardsReply, timeoutMs);
      return { type: 'drained', handoff: handoff.id, shards: drained };
    } catch {
      return { type: 'drain_failed', handoff: handoff.id };
    }
  }

  async #commit({ commit, term, change }: Effect<'commit'>): Promise<CoordinatorEvent> {
    try {
      const outcome = await commitChange(this.store, term, change);
      if (outcome === 'done') {
        const claims = change.claims.map(({ shard, epoch, owner }) => ({ shard, epoch, owner }));
        announceClaims(this.bus, this.shards, claims);
        this.reports.committed(change);
      }
      return { type: 'committed', commit, outcome };
    } catch (error) {
      this.reports.failed('changing ownership', error);
      return { type: 'commit_unknown', commit };
    }
  }

  #ask<S extends Parameters<typeof requestJson>[3]>(
    subject: string,
    message: unknown,
    reply: S,
    timeoutMs: number,
  ) {
    return requestJson(this.bus, subject, message, reply, this.#wallMs(timeoutMs));
  }

  /** Service time as wall time: networks and machines do not run on the service's clock. */
  #wallMs(ms: number): number {
    return Math.max(1, Math.round(ms / this.clock.speed));
  }
}
