import { cellToParent, getResolution } from 'h3-js';
import type { CityMessage, MapShard } from '../../protocol/map-messages.ts';

/** Something that happened to a shard, as a person would tell it. */
export interface ShardEvent {
  shard: string;
  kind: 'taken' | 'moved' | 'lost' | 'renewed' | 'split' | 'merged';
  from: string | null;
  to: string | null;
  epoch: number;
  /** Service time, Unix ms. */
  atMs: number;
}

/** How many events the map tells of: as many as one can read. */
export const SHARD_EVENTS_KEPT = 20;

/** Who owns what, and what has changed since the page was opened. Immutable. */
export interface ShardHistory {
  shards: ReadonlyMap<string, MapShard>;
  /** Newest first. */
  events: readonly ShardEvent[];
}

export const NO_SHARDS: ShardHistory = { shards: new Map(), events: [] };

type ShardNews = Pick<CityMessage, 'shards' | 'shards_gone' | 'at_ms'>;

/** `isWhole`: the first news of a connection, which tells of all shards. The first news of all is no event. */
export function withShardNews(before: ShardHistory, news: ShardNews, isWhole: boolean): ShardHistory {
  if (news.shards.length === 0 && news.shards_gone.length === 0 && !isWhole) return before;
  const shards = new Map(isWhole ? [] : before.shards);
  const events: ShardEvent[] = [];
  for (const gone of news.shards_gone) {
    shards.delete(gone);
    const shard = before.shards.get(gone);
    if (shard !== undefined) events.push(replacementOf(shard, news));
  }
  const split = events.filter(({ kind }) => kind === 'split').map(({ shard }) => shard);
  for (const shard of news.shards) {
    shards.set(shard.shard, shard);
    const event = eventOf(before.shards.get(shard.shard), shard, news.at_ms);
    const isTold = event?.kind === 'taken' && split.some((parent) => isWithin(shard.shard, parent));
    if (event !== undefined && !isTold) events.push(event);
  }
  if (before.shards.size === 0) return { shards, events: [] };
  return { shards, events: [...events.reverse(), ...before.events].slice(0, SHARD_EVENTS_KEPT) };
}

function replacementOf({ shard, owner, epoch }: MapShard, { shards, at_ms: atMs }: ShardNews): ShardEvent {
  const wider = shards.find((other) => isWithin(shard, other.shard));
  return {
    shard,
    kind: wider === undefined ? 'split' : 'merged',
    from: owner,
    to: wider?.owner ?? null,
    epoch,
    atMs,
  };
}

/** Whether a cell is one of the smaller cells of another. */
function isWithin(cell: string, wider: string): boolean {
  const resolution = getResolution(wider);
  return getResolution(cell) > resolution && cellToParent(cell, resolution) === wider;
}

function eventOf(before: MapShard | undefined, now: MapShard, atMs: number): ShardEvent | undefined {
  const from = before?.owner ?? null;
  const to = now.owner;
  if (before !== undefined && from === to && before.epoch === now.epoch) return undefined;
  if (from === null && to === null) return undefined;
  return { shard: now.shard, kind: kindOf(from, to), from, to, epoch: now.epoch, atMs };
}

function kindOf(from: string | null, to: string | null): ShardEvent['kind'] {
  if (to === null) return 'lost';
  if (from === null) return 'taken';
  return from === to ? 'renewed' : 'moved';
}

/** `matcher-1 → matcher-2`. */
export function wordsOf({ kind, from, to }: ShardEvent): string {
  const [giver, taker] = [from ?? 'nobody', to ?? 'nobody'];
  switch (kind) {
    case 'lost':
      return `${giver} has lost it`;
    case 'taken':
      return `taken by ${taker}`;
    case 'renewed':
      return `${taker} took it again`;
    case 'moved':
      return `${giver} → ${taker}`;
    case 'split':
      return 'split into smaller shards';
    case 'merged':
      return 'merged into a wider shard';
  }
}
