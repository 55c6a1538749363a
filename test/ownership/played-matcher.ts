import { randomUUID } from 'node:crypto';
import type { NatsConnection } from '@nats-io/transport-node';
import { CommandClient, connectBus, publishJson, serveJson, subscribeJson } from '#libs/bus';
import {
  drainShards,
  drainSubject,
  getShardMap,
  HEARTBEAT_SUBJECT,
  joinShards,
  matcherProbe,
  prepareShards,
  prepareSubject,
  probeSubject,
  SHARD_MAP_SUBJECT,
  shardMapMessage,
  type DrainShardsReply,
  type MatcherHeartbeat,
} from '#libs/contracts';
import { ShardMap, type ShardClaim } from '#libs/ownership';
import { systemClock, type Clock } from '#libs/service';

const HEARTBEAT_MS = 500;
const POLL_MS = 100;

/** A matcher without rounds: it joins, sends heartbeats, and answers the planner until it is silenced. */
export class PlayedMatcher {
  readonly commands: CommandClient;
  readonly name: string;
  readonly incarnation = randomUUID();
  readonly #bus: NatsConnection;
  #map = ShardMap.empty;
  #heartbeat: NodeJS.Timeout | undefined;

  private constructor(commands: CommandClient, bus: NatsConnection, name: string) {
    this.commands = commands;
    this.#bus = bus;
    this.name = name;
  }

  /** Sends heartbeats first, like a matcher; returns once the join is committed. */
  static async join(
    natsUrls: readonly string[],
    name: string,
    clock: Clock = systemClock(),
  ): Promise<PlayedMatcher> {
    const commands = new CommandClient({ servers: natsUrls }, name, clock);
    const [bus] = await Promise.all([connectBus({ servers: natsUrls }, name), commands.connect()]);
    const matcher = new PlayedMatcher(commands, bus, name);
    matcher.#serve();
    matcher.beat();
    const { shards } = await commands.call(joinShards, { matcher: name, incarnation: matcher.incarnation });
    matcher.#learn(shards);
    return matcher;
  }

  /** The shards it owns as far as it knows. */
  get owned(): ShardClaim[] {
    return this.#map.ownedBy(this.name);
  }

  epochOf(shard: string): number | undefined {
    return this.owned.find((claim) => claim.shard === shard)?.epoch;
  }

  /** Sends heartbeats from now on. */
  beat(): void {
    this.#heartbeat ??= setInterval(() => this.#sendHeartbeat(), HEARTBEAT_MS);
    this.#sendHeartbeat();
  }

  /** Is silent from now on: no heartbeats, no answers to probes or other requests. */
  async die(): Promise<void> {
    clearInterval(this.#heartbeat);
    await this.#bus.close();
    await this.commands.close();
  }

  /** Waits until it owns a shard. */
  async untilOwner(timeoutMs: number): Promise<void> {
    for (let waitedMs = 0; this.owned.length === 0; waitedMs += POLL_MS) {
      if (waitedMs >= timeoutMs) throw new Error(`${this.name} got no shard`);
      await new Promise((resolve) => void setTimeout(resolve, POLL_MS));
    }
    const { shards } = await this.commands.call(getShardMap, {});
    this.#learn(shards);
  }

  #serve(): void {
    const { incarnation } = this;
    const dropped = (): void => {};
    subscribeJson(
      this.#bus,
      SHARD_MAP_SUBJECT,
      shardMapMessage,
      ({ shards }) => this.#learn(shards),
      dropped,
    );
    serveJson(this.#bus, probeSubject(this.name), matcherProbe, () => ({ incarnation }), dropped);
    serveJson(this.#bus, prepareSubject(this.name), prepareShards, () => ({ incarnation }), dropped);
    const drain = (asked: { shard: string; epoch: number }[]): DrainShardsReply => ({
      incarnation,
      drained: asked.filter(({ shard, epoch }) => this.epochOf(shard) === epoch).map(({ shard }) => shard),
    });
    serveJson(this.#bus, drainSubject(this.name), drainShards, ({ shards }) => drain(shards), dropped);
  }

  #learn(claims: readonly ShardClaim[]): void {
    this.#map = this.#map.merge(claims).map;
  }

  #sendHeartbeat(): void {
    const message: MatcherHeartbeat = {
      matcher: this.name,
      incarnation: this.incarnation,
      shards_owned: this.owned.length,
      round_p99_ms: 1,
      drivers_in_dead_part: 0,
      shards: [],
    };
    publishJson(this.#bus, HEARTBEAT_SUBJECT, message);
  }
}
