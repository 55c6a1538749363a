import { Injectable } from '@nestjs/common';
import { OpenDemand } from '#libs/dispatch';
import type { ShardKey, ShardLoad } from '#libs/ownership';
import type { TripId } from '#libs/trip';
import { Ownership } from '../ownership/ownership.ts';
import { RoundTimes } from '../rounds/round-metrics.ts';
import { PingCounts } from '../supply/ping-counts.ts';
import { byShard, nextLoads } from './shard-loads.ts';

const MS_PER_S = 1_000;

/** Measures how busy each owned shard keeps this matcher, from one heartbeat to the next. */
@Injectable()
export class LoadMeter {
  #loads: ReadonlyMap<ShardKey, ShardLoad> = new Map();
  #seenTrips: ReadonlySet<TripId> = new Set();
  #measuredAt = performance.now();

  constructor(
    private readonly ownership: Ownership,
    private readonly demand: OpenDemand,
    private readonly pings: PingCounts,
    private readonly rounds: RoundTimes,
  ) {}

  /** Loads by shard, in this machine's time; idle shards are left out. */
  measure(): ReadonlyMap<ShardKey, ShardLoad> {
    const now = performance.now();
    const seconds = Math.max(1, now - this.#measuredAt) / MS_PER_S;
    this.#measuredAt = now;
    const own = [...this.ownership.own.keys()];
    const { byCell, busyMs: intakeMs } = this.pings.take();
    const { openTrips, newTrips } = this.#countTrips();
    const roundMs = this.rounds.takeBusyMs();
    const pings = byShard(byCell, own);
    const counted = { seconds, openTrips, newTrips, pings, roundMs, intakeMs };
    this.#loads = nextLoads(this.#loads, counted, own);
    return this.#loads;
  }

  /** Counts a trip as a request when it was not open here at the previous measurement. */
  #countTrips(): { openTrips: Map<ShardKey, number>; newTrips: Map<ShardKey, number> } {
    const openTrips = new Map<ShardKey, number>();
    const newTrips = new Map<ShardKey, number>();
    const seen = new Set<TripId>();
    for (const [shard, tripId] of this.demand.waiting()) {
      seen.add(tripId);
      openTrips.set(shard, (openTrips.get(shard) ?? 0) + 1);
      if (!this.#seenTrips.has(tripId)) newTrips.set(shard, (newTrips.get(shard) ?? 0) + 1);
    }
    this.#seenTrips = seen;
    return { openTrips, newTrips };
  }
}
