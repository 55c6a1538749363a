import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import type { NatsConnection } from '@nats-io/transport-node';
import { BUS, publishJson, logDropped, serveJson } from '#libs/bus';
import {
  HEARTBEAT_SUBJECT,
  MAX_SHARDS_PER_HEARTBEAT,
  matcherProbe,
  probeSubject,
  type MatcherHeartbeat,
  type MatcherProbeReply,
} from '#libs/contracts';
import { CLOCK, machineTime, LOGGER, type Cancel, type Clock, type Logger } from '#libs/service';
import { INCARNATION } from '../ownership/membership.ts';
import { Ownership } from '../ownership/ownership.ts';
import { RoundTimes } from '../rounds/round-metrics.ts';
import { DeadPartDrivers } from '../supply/dead-part-drivers.ts';
import { LoadMeter } from './load-meter.ts';

/** How often a matcher sends a heartbeat, wall time. A planner suspects it after three missed ones. */
const HEARTBEAT_INTERVAL_MS = 500;

/** Publishes that this matcher lives and how busy it is, and answers probes of suspicious planners. */
@Injectable()
export class Heartbeat implements OnApplicationBootstrap, BeforeApplicationShutdown {
  #cancel: Cancel = () => {};

  constructor(
    @Inject(BUS) private readonly bus: NatsConnection,
    private readonly ownership: Ownership,
    @Inject(INCARNATION) private readonly incarnation: string,
    private readonly meter: LoadMeter,
    private readonly rounds: RoundTimes,
    private readonly deadPartDrivers: DeadPartDrivers,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    const reply: MatcherProbeReply = { incarnation: this.incarnation };
    const subject = probeSubject(this.ownership.self);
    serveJson(this.bus, subject, matcherProbe, () => reply, logDropped(this.logger));
    this.#beat();
    this.#cancel = this.clock.every(machineTime(this.clock, HEARTBEAT_INTERVAL_MS), () => this.#beat());
  }

  /** After `Membership.onModuleDestroy`, so the heartbeat goes on until the shards are handed over. */
  beforeApplicationShutdown(): void {
    this.#cancel();
  }

  #beat(): void {
    publishJson(this.bus, HEARTBEAT_SUBJECT, this.#message());
  }

  #message(): MatcherHeartbeat {
    const { own } = this.ownership;
    const loads = [...this.meter.measure()].sort(([, a], [, b]) => b.busyMsPerS - a.busyMsPerS);
    return {
      matcher: this.ownership.self,
      incarnation: this.incarnation,
      shards_owned: own.size,
      round_p99_ms: this.rounds.p99Ms(),
      drivers_in_dead_part: this.deadPartDrivers.count,
      shards: loads.slice(0, MAX_SHARDS_PER_HEARTBEAT).map(([shard, load]) => ({
        shard,
        epoch: own.get(shard)?.epoch ?? 0,
        load: {
          open_trips: load.openTrips,
          requests_per_s: load.requestsPerS,
          pings_per_s: load.pingsPerS,
          busy_ms_per_s: load.busyMsPerS,
        },
      })),
    };
  }
}
