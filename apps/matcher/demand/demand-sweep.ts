import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { CommandClient } from '#libs/bus';
import { MAX_NEIGHBOURS_PER_SWEEP, MAX_SHARDS_PER_SWEEP, openDemand } from '#libs/contracts';
import { OpenDemand } from '#libs/dispatch';
import type { ShardClaim, ShardKey } from '#libs/ownership';
import { CLOCK, LOGGER, machineTime, OutageLog, RepeatingTask, type Clock, type Logger } from '#libs/service';
import { LiveShardMap } from '#libs/shard-map';
import { Ownership } from '../ownership/ownership.ts';
import { CellSubscriptions } from '../supply/cell-subscriptions.ts';
import { DemandMetrics } from './demand-metrics.ts';
import { neighbourShards } from './neighbour-shards.ts';
import { reconcile } from './reconcile.ts';
import { toOpenTrip } from './open-trip-reader.ts';

/** How long a lost nudge can delay a rider: the time between two sweeps. */
const SWEEP_INTERVAL_MS = 1_000;

/**
 * Keeps {@link OpenDemand} equal to the trips before their pickup in the owned shards and their neighbours. Reads them
 * from `trips` once a second, because nudges are only hints and neighbours' trips have none.
 */
@Injectable()
export class DemandSweep implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #outage: OutageLog;
  readonly #task: RepeatingTask;

  constructor(
    private readonly commands: CommandClient,
    private readonly ownership: Ownership,
    private readonly shards: LiveShardMap,
    private readonly demand: OpenDemand,
    private readonly cells: CellSubscriptions,
    private readonly metrics: DemandMetrics,
    @Inject(CLOCK) clock: Clock,
    @Inject(LOGGER) logger: Logger,
  ) {
    this.#outage = new OutageLog(logger, 'reading open trips');
    // A drained shard's demand goes before the shard does: its next owner makes the offers.
    ownership.onChange(({ lost, drained }) => {
      for (const shard of [...lost.map((claim) => claim.shard), ...drained]) demand.dropShard(shard);
    });
    this.#task = new RepeatingTask({
      clock,
      intervalMs: machineTime(clock, SWEEP_INTERVAL_MS),
      run: () => this.#sweepAll(),
      onError: (error) => this.#outage.failed(error),
    });
  }

  onApplicationBootstrap(): void {
    this.#task.start();
  }

  /** Does not wait for the current sweep: it changes nothing that outlives the process. */
  beforeApplicationShutdown(): void {
    void this.#task.stop();
  }

  /** Reads the owned shards, and with the first batch the neighbour shards that own drivers may serve. */
  async #sweepAll(): Promise<void> {
    const claims = this.ownership.matchable();
    const own = new Set(claims.map(({ shard }) => shard));
    const neighbours = neighbourShards(this.shards.map, this.cells.cells(), own, MAX_NEIGHBOURS_PER_SWEEP);
    await this.read(claims, neighbours);
    this.demand.keepShards(new Set([...this.ownership.own.keys(), ...neighbours]));
  }

  /** Reads the trips of some shards now. Throws if `trips` does not answer. */
  async read(claims: readonly ShardClaim[], neighbours: readonly ShardKey[] = []): Promise<void> {
    for (let start = 0; start < claims.length; start += MAX_SHARDS_PER_SWEEP) {
      await this.#sweep(claims.slice(start, start + MAX_SHARDS_PER_SWEEP), start === 0 ? neighbours : []);
      this.#outage.worked();
    }
  }

  async #sweep(claims: ShardClaim[], neighbours: readonly ShardKey[]): Promise<void> {
    const asked = this.demand.mark();
    const { trips, moved, truncated } = await this.commands.call(openDemand, {
      matcher: this.ownership.self,
      shards: claims,
      neighbours: [...neighbours],
    });
    this.shards.learn(moved);
    const movedShards = new Set(moved.map(({ shard }) => shard));
    const shards = claims
      .map(({ shard }) => shard)
      .filter((shard) => this.ownership.isMatchable(shard) && !movedShards.has(shard));
    const swept = [...shards, ...neighbours.filter((shard) => !this.ownership.isMatchable(shard))];
    const full = reconcile(this.demand, { shards: swept, trips: trips.map(toOpenTrip), truncated, asked });
    this.metrics.countSweep(truncated, full);
  }
}
