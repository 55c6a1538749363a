import type { NatsConnection } from '@nats-io/transport-node';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { defineCommand } from '#libs/contracts';
import { systemClock } from '#libs/service';
import { testNats, type TestNats } from '../../dev/test-world/index.ts';
import { CommandClient } from './command-client.ts';
import { connectBus } from '#libs/nats';
import { subscribeJson, subscribe } from './json-messages.ts';

const double = defineCommand(
  'riders',
  'numbers.double',
  z.object({ value: z.number() }),
  z.object({ value: z.number() }),
  { callers: ['matcher'] },
);
const GARBAGE = ['', 'x', '{', 'null', '[]', '0', '"text"', '{}', '{"ok":true,"value":{"value":"2"}}'];

let nats: TestNats;
let bus: NatsConnection;
let peer: NatsConnection;
let commands: CommandClient;

beforeAll(async () => {
  nats = await testNats();
  [bus, peer] = await Promise.all([
    connectBus({ servers: nats.urls }, 'bus'),
    connectBus({ servers: nats.urls }, 'peer'),
  ]);
  commands = new CommandClient({ servers: nats.urls }, 'commands', systemClock());
  await commands.connect();
});
afterAll(async () => {
  await commands.close();
  await Promise.all([bus.close(), peer.close()]);
  await nats.stop();
});

test('a subscriber that throws does not stop its connection', async () => {
  const reconnected = vi.fn<(type: string) => void>();
  void (async () => {
    for await (const { type } of bus.status()) reconnected(type);
  })();
  const failures: unknown[] = [];
  const received: number[] = [];
  const receive = (value: number): void => {
    if (value < 0) throw new RangeError('negative');
    received.push(value);
  };
  const fail = (error: unknown): void => void failures.push(error);
  subscribe(bus, 'raw', (message) => receive(message.json()), fail);
  subscribeJson(bus, 'checked', z.number(), receive, fail);
  await bus.flush();
  for (const subject of ['raw', 'checked']) {
    for (const message of ['-1', '{', '1']) peer.publish(subject, message);
  }
  await peer.flush();
  await bus.flush();
  expect(received).toEqual([1, 1]);
  expect(failures).toHaveLength(4);
  expect(reconnected).not.toHaveBeenCalled();
});

test('a malformed reply fails only its own command', async () => {
  const replies = GARBAGE.values();
  const handler = peer.subscribe(double.subject, {
    callback: (_, message) => void message.respond(replies.next().value ?? ''),
  });
  await peer.flush();
  for (const _ of GARBAGE) {
    await expect(commands.call(double, { value: 1 })).rejects.toMatchObject({ code: 'unavailable' });
  }
  handler.unsubscribe();
  const packet = JSON.stringify({ response: { ok: true, value: { value: 2 } }, isDisposed: true });
  peer.subscribe(double.subject, { callback: (_, message) => void message.respond(packet) });
  await peer.flush();
  expect(await commands.call(double, { value: 1 })).toEqual({ value: 2 });
});
