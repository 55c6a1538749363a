import { Inject, Injectable } from '@nestjs/common';
import type { NatsConnection } from '@nats-io/transport-node';
import { BUS, publishJson } from '#libs/bus';
import { SHARD_MAP_SUBJECT, type ShardMapMessage } from '#libs/contracts';
import { LOGGER, type Logger } from '#libs/service';
import { LiveShardMap } from '#libs/shard-map';
import { deleteMatcher, insertMatcher, TripStore } from '#libs/store';
import { commitPlan, type MembershipChange } from './plan-commit.ts';
import { SERVICE_CELLS } from './service-cells.ts';

/** Who matches: each change of it is planned, committed, and then told to everyone who keeps a copy of the map. */
@Injectable()
export class Membership {
  readonly #store: TripStore;
  readonly #bus: NatsConnection;
  readonly #shards: LiveShardMap;
  readonly #cells: readonly string[];
  readonly #logger: Logger;

  constructor(
    @Inject(TripStore) store: TripStore,
    @Inject(BUS) bus: NatsConnection,
    @Inject(LiveShardMap) shards: LiveShardMap,
    @Inject(SERVICE_CELLS) cells: readonly string[],
    @Inject(LOGGER) logger: Logger,
  ) {
    this.#store = store;
    this.#bus = bus;
    this.#shards = shards;
    this.#cells = cells;
    this.#logger = logger;
  }

  /** The matcher gets its share; one that was a member before is a new incarnation, and its shards get new epochs. */
  async join(matcher: string): Promise<ShardMapMessage> {
    return this.#change('matcher_joined', matcher, async (transaction, matchers) => {
      await insertMatcher(transaction, matcher, transaction.nowMs);
      return [...new Set([...matchers, matcher])];
    });
  }

  /** The others take over. */
  async leave(matcher: string): Promise<ShardMapMessage> {
    return this.#change('matcher_left', matcher, async (transaction, matchers) => {
      await deleteMatcher(transaction, matcher);
      return matchers.filter((instance) => instance !== matcher);
    });
  }

  async #change(event: string, matcher: string, change: MembershipChange): Promise<ShardMapMessage> {
    const { result } = await this.#store.transact((transaction) =>
      commitPlan(transaction, this.#cells, change, matcher),
    );
    this.#shards.learn(result.changed);
    const message: ShardMapMessage = { shards: result.changed };
    publishJson(this.#bus, SHARD_MAP_SUBJECT, message);
    this.#logger.info({ event, matcher, shards_changed: result.changed.length });
    return { shards: result.shards };
  }
}
