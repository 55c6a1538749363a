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
import { route, type OwnedShard } from '#libs/ownership';
import { ShardMapReader } from '../shard-map/shard-map-reader.ts';

/** Wall time a matcher has to say how far its nearest driver is; a quote goes out without rather than wait longer. */
const ANSWER_LIMIT_MS = 250;

/** Asks the owner of the pickup's shard how long the nearest free driver takes. */
@Injectable()
export class PickupEta {
  readonly #bus: NatsConnection;
  readonly #shards: ShardMapReader;

  constructor(@Inject(BUS) bus: NatsConnection, @Inject(ShardMapReader) shards: ShardMapReader) {
    this.#bus = bus;
    this.#shards = shards;
  }

  /** Seconds; null where no driver is near, nobody owns the shard now, or the owner does not answer in time. */
  async ask(pickup: PointValue, pickupCell: CellKey, product: Product): Promise<number | null> {
    const owner = route(this.#shards.map, pickupCell);
    const reply = await this.#askOwner(owner, pickup, product);
    if (reply?.result !== 'moved') return reply?.pickup_eta_s ?? null;
    if (reply.claim === null) return null;
    this.#shards.learn([reply.claim]);
    const again = await this.#askOwner(route(this.#shards.map, pickupCell), pickup, product);
    return again?.result === 'eta' ? again.pickup_eta_s : null;
  }

  async #askOwner(
    owned: OwnedShard | undefined,
    pickup: PointValue,
    product: Product,
  ): Promise<PickupEtaReply | undefined> {
    if (owned === undefined) return undefined;
    const { owner, shard, epoch } = owned;
    const question: PickupEtaRequest = { shard, epoch, pickup, product };
    try {
      return await requestJson(this.#bus, pickupEtaSubject(owner), question, pickupEtaReply, ANSWER_LIMIT_MS);
    } catch {
      // A matcher that is down or slow costs the quote its ETA, nothing more; the matchers' own metrics tell of it.
      return undefined;
    }
  }
}
