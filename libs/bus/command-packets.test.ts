import { Controller, type INestMicroservice } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { type NatsConnection } from '@nats-io/transport-node';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { defineCommand } from '#libs/contracts';
import { systemClock, type Clock } from '#libs/service';
import { testNats, type TestNats } from '../../dev/test-world/index.ts';
import { CommandClient } from './command-client.ts';
import { CLOCK_TOLERANCE_MS } from './command-packets.ts';
import { HandleCommand, type ReportsFailures } from './command-handler.ts';
import { connectBus } from '#libs/nats';
import { commandTransport } from './command-transport.ts';

const LIMIT_MS = 3_000;
const double = defineCommand(
  'riders',
  'numbers.double',
  z.object({ value: z.number() }),
  z.object({ value: z.number() }),
  { callers: ['matcher'], timeoutMs: LIMIT_MS },
);

const handled: number[] = [];

@Controller()
class Doubler implements ReportsFailures {
  reportFailure(): void {}

  @HandleCommand(double)
  async handle({ value }: { value: number }): Promise<{ value: number }> {
    handled.push(value);
    return { value: value * 2 };
  }
}

const callerClock = systemClock();
let handlerAheadMs = 0;
const handlerClock: Clock = { ...callerClock, now: () => callerClock.now() + handlerAheadMs };
let nats: TestNats;
let bus: NatsConnection;
let service: INestMicroservice;
let commands: CommandClient;

beforeAll(async () => {
  nats = await testNats();
  bus = await connectBus({ servers: nats.urls }, 'raw');
  const module = { module: class Numbers {}, controllers: [Doubler] };
  service = await NestFactory.createMicroservice(module, {
    ...commandTransport({ servers: nats.urls }, 'numbers', 'numbers', handlerClock),
    logger: false,
  });
  await service.listen();
  commands = new CommandClient({ servers: nats.urls }, 'commands', callerClock);
  await commands.connect();
});
afterAll(async () => {
  await commands?.close();
  await service?.close();
  await bus?.close();
  await nats?.stop();
});
beforeEach(() => {
  handlerAheadMs = 0;
  handled.length = 0;
});

test.each([-10 * LIMIT_MS, 0, CLOCK_TOLERANCE_MS, LIMIT_MS])(
  'a command is handled if its handler’s clock is %i ms ahead of the caller’s',
  async (aheadMs) => {
    handlerAheadMs = aheadMs;
    expect(await commands.call(double, { value: 2 })).toEqual({ value: 4 });
  },
);

test('a command that is read after its deadline is refused without running', async () => {
  handlerAheadMs = LIMIT_MS + CLOCK_TOLERANCE_MS + 1;
  const refused = commands.call(double, { value: 2 });
  await expect(refused).rejects.toThrow('unavailable: numbers.double refused');
  expect(handled).toEqual([]);
});

test('a command without a deadline is never late', async () => {
  const reply = await bus.request(double.subject, JSON.stringify({ id: '1', data: { value: 2 } }));
  expect(reply.json()).toMatchObject({ response: { ok: true, value: { value: 4 } } });
});
