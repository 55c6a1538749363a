import type { MatcherHeartbeat } from '#libs/contracts';
import { ShardMap, type ShardClaim } from '#libs/ownership';

/** How many shards the console keeps; more are no city. */
export const MAX_SHARDS = 20_000;
/** How long a matcher's load is shown after its last heartbeat, service time. */
export const LOAD_SHOWN_MS = 10_000;
/** How long a claim that came over NATS is believed against lists without it, service time: those may lag. */
const HINT_BELIEVED_MS = 15_000;
/** How many messages with claims are kept for lists to come. */
const MAX_HINTS = 1_000;
/** How many matchers' loads are kept. */
const MAX_MATCHERS = 1_000;

interface Load {
  readonly heardAtMs: number;
  /** Busy ms a second of each shard. */
  readonly busyMsByShard: ReadonlyMap<string, number>;
}

/** Who owns which shard, and the load of each. Shows; decides nothing. */
export class LiveShards {
  readonly #loads = new Map<string, Load>();
  #map = ShardMap.empty;
  #hints: { readonly claims: readonly ShardClaim[]; readonly heardAtMs: number }[] = [];
  #current: readonly ShardClaim[] | undefined;

  /** The shards that are not retired, ordered by their cells. */
  current(): readonly ShardClaim[] {
    this.#current ??= this.#map.claims().filter((claim) => this.#map.isCurrent(claim));
    return this.#current;
  }

  /** Applies claims that came over NATS. A later list corrects them if they were false. */
  hint(claims: readonly ShardClaim[], nowMs: number): void {
    if (this.#map.size + claims.length > MAX_SHARDS) return;
    this.#hints.push({ claims, heardAtMs: nowMs });
    if (this.#hints.length > MAX_HINTS) this.#hints.shift();
    this.#merge(this.#map, claims);
  }

  /** Takes a whole list in the place of what was known, and adds what was lately hinted at. */
  reconcile(claims: readonly ShardClaim[], nowMs: number): void {
    this.#hints = this.#hints.filter(({ heardAtMs }) => nowMs - heardAtMs < HINT_BELIEVED_MS);
    const hinted = this.#hints.flatMap((hint) => hint.claims);
    this.#merge(ShardMap.empty, [...claims, ...hinted].slice(0, MAX_SHARDS));
  }

  noteLoad({ matcher, shards }: MatcherHeartbeat, nowMs: number): void {
    if (!this.#loads.has(matcher) && this.#loads.size >= MAX_MATCHERS) return;
    const busyMsByShard = new Map(shards.map(({ shard, load }) => [shard, load.busy_ms_per_s]));
    this.#loads.set(matcher, { heardAtMs: nowMs, busyMsByShard });
  }

  /** How busy its owner is with each shard, ms a second; shards of silent matchers are absent. */
  loads(nowMs: number): Map<string, number> {
    const loads = new Map<string, number>();
    for (const { shard, owner } of this.current()) {
      const load = owner === null ? undefined : this.#loads.get(owner);
      if (load === undefined || nowMs - load.heardAtMs > LOAD_SHOWN_MS) continue;
      loads.set(shard, load.busyMsByShard.get(shard) ?? 0);
    }
    return loads;
  }

  clear(): void {
    this.#map = ShardMap.empty;
    this.#hints = [];
    this.#current = undefined;
    this.#loads.clear();
  }

  #merge(map: ShardMap, claims: readonly ShardClaim[]): void {
    this.#map = map.merge(claims).map;
    this.#current = undefined;
  }
}
