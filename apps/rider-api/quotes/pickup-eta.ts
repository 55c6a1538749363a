import { Inject, Injectable } from '@nestjs/common';
import type { NatsConnection } from '@nats-io/transport-node';
import { BUS, requestJson } from '#libs/bus';
import {
  pickupEtaReply,
  pickupEtaSubject,
  type PickupEtaReply,
  type PickupEtaRequest,
  type PointValue,
  type Product,
} from '#libs/contracts';
import type { CellKey } from '#libs/geo';
import type { OwnedShard } from '#libs/ownership';
import { LiveShardMap } from '#libs/shard-map';

/** How long a quote waits for a matcher's pickup ETA before it goes out without one, wall time. */
const ANSWER_LIMIT_MS = 250;

/** Asks the owner of the pickup's shard for the ETA of the nearest free driver. */
@Injectable()
export class PickupEta {
  constructor(
    @Inject(BUS) private readonly bus: NatsConnection,
    private readonly shards: LiveShardMap,
  ) {}

  /** Returns seconds; null if no driver is near, the shard has no owner, or the owner does not answer in time. */
  async ask(pickup: PointValue, pickupCell: CellKey, product: Product): Promise<number | null> {
    try {
      const reply = await this.shards.askOwner(pickupCell, (owned) => this.#askOne(owned, pickup, product));
      return typeof reply === 'string' ? null : reply.pickup_eta_s;
    } catch {
      // Without the matcher the quote only lacks its ETA. The matchers' own metrics show the failure.
      return null;
    }
  }

  #askOne(
    { owner, shard, epoch }: OwnedShard,
    pickup: PointValue,
    product: Product,
  ): Promise<PickupEtaReply> {
    const question: PickupEtaRequest = { shard, epoch, pickup, product };
    return requestJson(this.bus, pickupEtaSubject(owner), question, pickupEtaReply, ANSWER_LIMIT_MS);
  }
}
