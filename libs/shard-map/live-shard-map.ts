import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import type { NatsConnection, Subscription } from '@nats-io/transport-node';
import { logDropped, subscribeJson } from '#libs/bus';
import { SHARD_MAP_SUBJECT, shardMapMessage } from '#libs/contracts';
import type { CellKey } from '#libs/geo';
import { route, ShardMap, type OwnedShard, type ShardClaim, type ShardKey } from '#libs/ownership';
import { HintedShards } from './hinted-shards.ts';
import { machineTime, OutageLog, type Cancel, type Clock, type Logger } from '#libs/service';

/** How often an empty shard map is read again; until then no request can be routed. */
const RETRY_INTERVAL_MS = 500;
/** How long a missed change of the shard map may stay unnoticed: NATS only hints at changes. */
const RELOAD_INTERVAL_MS = 5_000;
/** How many owners one request tries: a wrong route is corrected once, so no request goes round in circles. */
const MAX_ATTEMPTS = 2;

export interface LiveShardMapParts {
  bus: NatsConnection;
  clock: Clock;
  logger: Logger;
  /** Reads the map from its source. */
  read: () => Promise<readonly ShardClaim[]>;
  /** Reads the claims of at most {@link MAX_SHARDS_PER_REREAD} shards from its source, with their newest changes. */
  reread: (shards: readonly ShardKey[]) => Promise<readonly ShardClaim[]>;
}

/** Called synchronously by {@link LiveShardMap.learn}. */
export type ShardMapListener = (before: ShardMap, changed: readonly ShardClaim[]) => void;

/** The answer to a request that may have gone to the wrong matcher. */
type RoutedReply = { result: string } | { result: 'moved'; claim: ShardClaim | null };

/**
 * The shard map as this process knows it. Only its source is believed: a hint over NATS, and the claim in a `moved` reply,
 * name shards to read again and never enter the map. Otherwise one false epoch would fence a shard's true owner until a
 * restart. A shard's epoch never goes down.
 */
export class LiveShardMap implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #parts: LiveShardMapParts;
  readonly #outage: OutageLog;
  readonly #hinted: HintedShards;
  readonly #listeners: ShardMapListener[] = [];
  #map = ShardMap.empty;
  #hints: Subscription | undefined;
  #cancelNext: Cancel = () => {};
  #reloading: Promise<void> | undefined;
  #stopped = false;

  constructor(parts: LiveShardMapParts) {
    this.#parts = parts;
    this.#outage = new OutageLog(parts.logger, 'reading the shard map');
    this.#hinted = new HintedShards(parts, {
      learn: (claims) => this.learn(claims),
      overflow: () => void this.reload(),
    });
  }

  /** Empty until the first successful read, and while there are no shards. */
  get map(): ShardMap {
    return this.#map;
  }

  onChange(listener: ShardMapListener): void {
    this.#listeners.push(listener);
  }

  onApplicationBootstrap(): void {
    const { bus, logger } = this.#parts;
    this.#hints = subscribeJson(
      bus,
      SHARD_MAP_SUBJECT,
      shardMapMessage,
      ({ shards }) => void this.#hint(shards),
      logDropped(logger),
    );
    void this.#keepReading();
  }

  onApplicationShutdown(): void {
    this.#stopped = true;
    this.#cancelNext();
    this.#hints?.unsubscribe();
    this.#hinted.stop();
  }

  /** Merges claims that the source has given; ignores claims older than the known ones. */
  learn(claims: Iterable<ShardClaim>): void {
    const before = this.#map;
    const { map, changed } = before.merge(claims);
    if (changed.length === 0) return;
    this.#map = map;
    for (const listener of this.#listeners) listener(before, changed);
  }

  /** Reads the map from its source. Calls during a read share that read. Never throws. */
  reload(): Promise<void> {
    this.#reloading ??= this.#read().finally(() => {
      this.#reloading = undefined;
    });
    return this.#reloading;
  }

  /**
   * Asks the owner of the shard that contains the cell. If it replies `moved`, rereads the shard and asks its owner.
   * `unowned`: the shard has no owner now. `moved`: the last matcher asked does not own it either. Throws what `ask`
   * throws.
   */
  async askOwner<R extends RoutedReply>(
    cell: CellKey,
    ask: (owned: OwnedShard) => Promise<R>,
  ): Promise<Exclude<R, { result: 'moved' }> | 'unowned' | 'moved'> {
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
      const owned = route(this.#map, cell);
      if (owned === undefined) return 'unowned';
      const reply = await ask(owned);
      if (!isMoved(reply)) return reply as Exclude<R, { result: 'moved' }>;
      if (reply.claim === null) {
        // The matcher knows of no claim; only the source can say which of us is right.
        void this.reload();
        return 'moved';
      }
      await this.#hint([reply.claim]);
    }
    return 'moved';
  }

  /** Rereads the shards whose hinted claim is newer than the known one. Resolves when they have been read. */
  async #hint(claims: readonly ShardClaim[]): Promise<void> {
    const { changed } = this.#map.merge(claims);
    if (changed.length > 0) await this.#hinted.reread(changed.map(({ shard }) => shard));
  }

  async #keepReading(): Promise<void> {
    await this.reload();
    if (this.#stopped) return;
    const { clock } = this.#parts;
    const waitMs = this.#map.size === 0 ? RETRY_INTERVAL_MS : RELOAD_INTERVAL_MS;
    this.#cancelNext = clock.after(machineTime(clock, waitMs), () => void this.#keepReading());
  }

  async #read(): Promise<void> {
    try {
      this.learn(await this.#parts.read());
      this.#outage.worked();
    } catch (error) {
      this.#outage.failed(error);
    }
  }
}

function isMoved(reply: RoutedReply): reply is { result: 'moved'; claim: ShardClaim | null } {
  return reply.result === 'moved';
}
