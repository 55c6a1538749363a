import { Inject, Injectable } from '@nestjs/common';
import type { NatsConnection } from '@nats-io/transport-node';
import { BUS, requestJson } from '#libs/bus';
import {
  demandNudgeReply,
  demandSubject,
  type DemandNudge,
  type DemandNudgeReply,
  type TripId,
} from '#libs/contracts';
import { cellKeyFromH3 } from '#libs/geo';
import type { OwnedShard } from '#libs/ownership';
import { LOGGER, METRICS, type Logger, type Metrics } from '#libs/service';
import { LiveShardMap } from '#libs/shard-map';

/**
 * How long a nudge waits for its reply. A nudge is a hint: without it the matcher's own sweep finds the trip within a
 * second.
 */
const NUDGE_TIMEOUT_MS = 500;
/** How many nudges may be unanswered; any further one is dropped, and the matcher's sweep finds the trip. */
export const MAX_NUDGES_IN_FLIGHT = 1_000;

/** Notifies the owner of a pickup's shard that its open demand has changed. */
@Injectable()
export class DemandNudger {
  readonly #nudges;
  #inFlight = 0;

  constructor(
    @Inject(BUS) private readonly bus: NatsConnection,
    private readonly shards: LiveShardMap,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(METRICS) metrics: Metrics,
  ) {
    this.#nudges = metrics.counter('demand_nudges_total', 'Nudges to matchers, by outcome', ['outcome']);
  }

  /** Does not wait for the reply. Drops the nudge past {@link MAX_NUDGES_IN_FLIGHT}. */
  nudge(tripId: TripId, pickupCell: string): void {
    if (this.#inFlight >= MAX_NUDGES_IN_FLIGHT) return this.#nudges.inc({ outcome: 'dropped' });
    this.#inFlight += 1;
    this.shards
      .askOwner(cellKeyFromH3(pickupCell), (owned) => this.#nudgeOne(owned, tripId))
      .then((reply) => this.#nudges.inc({ outcome: typeof reply === 'string' ? reply : reply.result }))
      .catch((error: unknown) => {
        this.#nudges.inc({ outcome: 'unanswered' });
        this.logger.debug({ event: 'nudge_unanswered', trip_id: tripId, err: error });
      })
      .finally(() => {
        this.#inFlight -= 1;
      });
  }

  #nudgeOne({ owner, shard, epoch }: OwnedShard, tripId: TripId): Promise<DemandNudgeReply> {
    const nudge: DemandNudge = { shard, epoch, trip_id: tripId };
    return requestJson(this.bus, demandSubject(owner), nudge, demandNudgeReply, NUDGE_TIMEOUT_MS);
  }
}
