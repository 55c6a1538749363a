import type { NatsConnection } from '@nats-io/transport-node';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectBus } from '#libs/bus';
import { newId, TICKET_TTL_MS } from '#libs/contracts';
import { createLogger, systemClock } from '#libs/service';
import { callerWith } from '../../dev/fixtures/caller.ts';
import { startNats, type Nats } from '../../dev/nats/start-nats.ts';
import { temporaryDirectory } from '../../dev/process/temporary-directory.ts';
import { TicketOffice } from './ticket-office.ts';

const directory = temporaryDirectory('ticket-test');
const DRIVER = callerWith('driver', newId('driver'));
let nats: Nats;
let bus: NatsConnection;
let here: TicketOffice;
let there: TicketOffice;

beforeAll(async () => {
  nats = await startNats({ directory: directory.path });
  bus = await connectBus({ servers: nats.urls }, 'tickets');
  const logger = createLogger('test', 'test-1', 'silent');
  here = new TicketOffice('driver', { instance: 'driver-api-1', bus, clock: systemClock(), logger });
  there = new TicketOffice('driver', { instance: 'driver-api-2', bus, clock: systemClock(), logger });
  await bus.flush();
});

afterAll(async () => {
  await bus.close();
  await nats.stop();
  directory.remove();
});

test('a ticket can be redeemed once, at its issuer or at another instance', async () => {
  for (const office of [here, there]) {
    const { ticket } = here.issue(DRIVER);
    expect(await office.redeem(ticket)).toEqual(DRIVER);
    await expect(office.redeem(ticket)).rejects.toMatchObject({ code: 'ticket_invalid' });
    await expect(here.redeem(ticket)).rejects.toMatchObject({ code: 'ticket_invalid' });
  }
});

test.each([
  'nonsense',
  '',
  `driver-api-1.${'A'.repeat(43)}`,
  `driver-api-2.${'A'.repeat(43)}`,
  `*.${'A'.repeat(43)}`,
  `gone-9.${'A'.repeat(43)}`,
])('%s is not a ticket', async (ticket) => {
  await expect(here.redeem(ticket)).rejects.toMatchObject({ code: 'ticket_invalid' });
});

test('a ticket has an expiry time', () => {
  const leftMs = Date.parse(here.issue(DRIVER).expires_at) - Date.now();
  expect(leftMs).toBeGreaterThan(0);
  expect(leftMs).toBeLessThanOrEqual(TICKET_TTL_MS);
});
