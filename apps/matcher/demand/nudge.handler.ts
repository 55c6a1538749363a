import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { NatsConnection } from '@nats-io/transport-node';
import { BUS, logDropped, serveJson } from '#libs/bus';
import { demandNudge, demandSubject, type DemandNudge, type DemandNudgeReply } from '#libs/contracts';
import { LOGGER, type Logger } from '#libs/service';
import { Ownership } from '../ownership/ownership.ts';
import { DemandMetrics } from './demand-metrics.ts';
import { OpenTripReader } from './open-trip-reader.ts';

/** Answers a nudge, "the demand of your shard has changed", at once and has the trip read. */
@Injectable()
export class NudgeHandler implements OnApplicationBootstrap {
  constructor(
    @Inject(BUS) private readonly bus: NatsConnection,
    private readonly ownership: Ownership,
    private readonly reader: OpenTripReader,
    private readonly metrics: DemandMetrics,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    const subject = demandSubject(this.ownership.self);
    serveJson(this.bus, subject, demandNudge, (nudge) => this.#answer(nudge), logDropped(this.logger));
  }

  #answer(nudge: DemandNudge): DemandNudgeReply {
    const refusal = this.ownership.refuse(nudge);
    if (refusal !== undefined) {
      this.metrics.countNudge('moved');
      return refusal;
    }
    const waits = this.reader.request(nudge.trip_id, nudge.shard);
    this.metrics.countNudge(waits ? 'noted' : 'dropped');
    return { result: 'noted' };
  }
}
