import type { NatsConnection } from '@nats-io/transport-node';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { connectBus, publishJson } from '#libs/bus';
import { SHARD_MAP_SUBJECT } from '#libs/contracts';
import { cellKeyFromH3 } from '#libs/geo';
import type { ShardClaim } from '#libs/ownership';
import { createLogger, systemClock } from '#libs/service';
import { testNats, type TestNats } from '../../dev/test-world/nats.ts';
import { LiveShardMap } from './live-shard-map.ts';

const SHARD = '86393361fffffff';
const CELL = cellKeyFromH3(SHARD);
const claim = (epoch: number, owner: string | null): ShardClaim => ({ shard: SHARD, epoch, owner });

let nats: TestNats;
let bus: NatsConnection;
let live: LiveShardMap | undefined;

beforeAll(async () => {
  nats = await testNats();
  bus = await connectBus({ servers: nats.urls }, 'shard-map-test');
});
afterEach(() => {
  live?.onApplicationShutdown();
});
afterAll(async () => {
  await bus.close();
  await nats.stop();
});

/** What the source has now; tests change it. */
let truth: ShardClaim[] = [];
let rereads: string[][] = [];

beforeEach(() => {
  [truth, rereads] = [[], []];
});

function following(read: () => Promise<ShardClaim[]>): LiveShardMap {
  const logger = createLogger('test', 'test-1', 'silent');
  const reread = async (shards: readonly string[]): Promise<ShardClaim[]> => {
    rereads.push([...shards]);
    return truth.filter(({ shard }) => shards.includes(shard));
  };
  live = new LiveShardMap({ bus, clock: systemClock(), logger, read, reread });
  live.onApplicationBootstrap();
  return live;
}

test('reads its source until there is a map, then follows the hints', async () => {
  const read = vi.fn<() => Promise<ShardClaim[]>>();
  read.mockRejectedValueOnce(new Error('not up yet')).mockResolvedValueOnce([]);
  read.mockResolvedValue([claim(2, 'matcher-1')]);
  const map = following(read);
  await expect.poll(() => map.map.ownerOf(CELL), { timeout: 5_000 }).toBe('matcher-1');
  expect(read).toHaveBeenCalledTimes(3);
  await bus.flush();
  publishJson(bus, SHARD_MAP_SUBJECT, { shards: [claim(1, 'matcher-9')] });
  publishJson(bus, SHARD_MAP_SUBJECT, 'no map');
  truth = [claim(3, 'matcher-2')];
  publishJson(bus, SHARD_MAP_SUBJECT, { shards: [claim(3, 'matcher-2')] });
  await expect.poll(() => map.map.ownerOf(CELL)).toBe('matcher-2');
});

test('reports each change once, with the previous map', () => {
  const map = following(async () => []);
  const changes: [before: string | undefined, changed: number][] = [];
  map.onChange((before, changed) => changes.push([before.ownerOf(CELL), changed.length]));
  for (const epoch of [1, 1, 2, 1]) map.learn([claim(epoch, `matcher-${epoch}`)]);
  expect(changes).toEqual([
    [undefined, 1],
    ['matcher-1', 1],
  ]);
});

test('asks the owner, and once the new owner if the shard has moved', async () => {
  const map = following(async () => []);
  const asked: string[] = [];
  const answering = (answers: Record<string, ShardClaim | null | 'here'>) =>
    map.askOwner(CELL, async ({ owner }) => {
      asked.push(owner);
      const answer = answers[owner] ?? null;
      return answer === 'here' ? { result: 'noted' as const } : { result: 'moved' as const, claim: answer };
    });
  expect(await answering({})).toBe('unowned');
  map.learn([claim(1, 'matcher-1')]);
  truth = [claim(2, 'matcher-2')];
  expect(await answering({ 'matcher-1': claim(2, 'matcher-2'), 'matcher-2': 'here' })).toEqual({
    result: 'noted',
  });
  truth = [claim(3, 'matcher-3')];
  expect(await answering({ 'matcher-2': claim(3, 'matcher-3'), 'matcher-3': claim(2, 'matcher-2') })).toBe(
    'moved',
  );
  expect(await answering({ 'matcher-3': null })).toBe('moved');
  expect(asked).toEqual(['matcher-1', 'matcher-2', 'matcher-2', 'matcher-3', 'matcher-3']);
});

/** The largest number that a message can carry exactly. */
const HIGHEST = Number.MAX_SAFE_INTEGER;
const OTHER = '86393362fffffff';

test('a false hint moves nothing', async () => {
  truth = [claim(2, 'matcher-1')];
  const map = following(async () => truth);
  await expect.poll(() => map.map.ownerOf(CELL)).toBe('matcher-1');
  publishJson(bus, SHARD_MAP_SUBJECT, { shards: [claim(HIGHEST, 'thief')] });
  publishJson(bus, SHARD_MAP_SUBJECT, { shards: [{ shard: OTHER, epoch: HIGHEST, owner: 'thief' }] });
  await expect.poll(() => rereads.flat()).toEqual([SHARD, OTHER]);
  truth = [claim(3, 'matcher-2')];
  publishJson(bus, SHARD_MAP_SUBJECT, { shards: [claim(3, 'matcher-2')] });
  await expect.poll(() => map.map.ownerOf(CELL)).toBe('matcher-2');
  expect(map.map.claims()).toEqual(truth);
});

test('a matcher that lies about who owns a shard is asked once more at most, and moves nothing', async () => {
  truth = [claim(2, 'matcher-1')];
  const map = following(async () => truth);
  await expect.poll(() => map.map.ownerOf(CELL)).toBe('matcher-1');
  const asked: string[] = [];
  const outcome = await map.askOwner(CELL, async ({ owner }) => {
    asked.push(owner);
    return { result: 'moved' as const, claim: claim(HIGHEST, 'thief') };
  });
  expect([outcome, asked]).toEqual(['moved', ['matcher-1', 'matcher-1']]);
  expect(map.map.claims()).toEqual(truth);
});

test('a flood of hints rereads at a bounded rate', async () => {
  truth = [claim(2, 'matcher-1')];
  const map = following(async () => truth);
  await expect.poll(() => map.map.ownerOf(CELL)).toBe('matcher-1');
  for (let n = 0; n < 1_000; n++)
    publishJson(bus, SHARD_MAP_SUBJECT, { shards: [claim(HIGHEST - n, 'thief')] });
  await bus.flush();
  await expect.poll(() => rereads.length).toBeGreaterThan(0);
  publishJson(bus, SHARD_MAP_SUBJECT, { shards: [{ shard: OTHER, epoch: 1, owner: 'last' }] });
  await expect.poll(() => rereads.flat()).toContain(OTHER);
  // Two batches at least 50 ms apart: a thousand hints between them have made one read more at most.
  expect(rereads.length).toBeLessThan(10);
});
