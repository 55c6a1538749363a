import type { NatsConnection } from '@nats-io/transport-node';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
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

function following(read: () => Promise<ShardClaim[]>): LiveShardMap {
  const logger = createLogger('test', 'test-1', 'silent');
  live = new LiveShardMap({ bus, clock: systemClock(), logger, read });
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
  expect(await answering({ 'matcher-1': claim(2, 'matcher-2'), 'matcher-2': 'here' })).toEqual({
    result: 'noted',
  });
  expect(await answering({ 'matcher-2': claim(3, 'matcher-3'), 'matcher-3': claim(2, 'matcher-2') })).toBe(
    'moved',
  );
  expect(await answering({ 'matcher-3': null })).toBe('moved');
  expect(asked).toEqual(['matcher-1', 'matcher-2', 'matcher-2', 'matcher-3', 'matcher-3']);
});
