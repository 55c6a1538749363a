import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '#libs/contracts';
import { systemClock } from '#libs/service';
import { startServices, type TestWorld } from '../../dev/test-world/index.ts';
import { DriverPhone, onlineBody } from '../phones/driver-phone.ts';

/** Maximum wait of a phone for "try later". */
const ANSWER_LIMIT_MS = 10_000;
const BACK = { timeout: 30_000 };
const PLACE = { lat: 38.7223, lng: -9.1393 };
const clock = systemClock();

let world: TestWorld;

beforeAll(async () => {
  world = await startServices(['dev-issuer', 'trips', 'driver-api']);
});
afterAll(() => world?.stop());

const newPhone = (): Promise<DriverPhone> =>
  DriverPhone.register(world.service('dev-issuer-1').url, world.service('driver-api-1').url, clock);

/** Every request of a driver that Postgres has to decide. */
function posts(phone: DriverPhone): [path: string, body?: unknown][] {
  const trip = newId('trip');
  const offer = newId('offer');
  return [
    ['/v1/driver/online', onlineBody],
    ['/v1/driver/offline'],
    ['/v1/driver/positions', { positions: [phone.ping(1, PLACE.lat, PLACE.lng)] }],
    [`/v1/offers/${offer}/accept`],
    [`/v1/offers/${offer}/decline`],
    [`/v1/trips/${trip}/arrived`],
    [`/v1/trips/${trip}/start`],
    [`/v1/trips/${trip}/complete`],
    [`/v1/trips/${trip}/cancel`, { reason: 'flat tyre' }],
  ];
}

async function expectRefusals(): Promise<void> {
  const phone = await newPhone();
  const askedAtMs = performance.now();
  const answers = await Promise.all(posts(phone).map(([path, body]) => phone.post(path, body)));
  expect(performance.now() - askedAtMs).toBeLessThan(ANSWER_LIMIT_MS);
  for (const { status, headers, body } of answers) {
    expect(status).toBe(503);
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    expect(body).toMatchObject({ code: 'unavailable' });
  }
}

async function expectServing(): Promise<void> {
  const phone = await newPhone();
  const online = async (): Promise<number> => (await phone.post('/v1/driver/online', onlineBody)).status;
  await expect.poll(online, BACK).toBe(200);
}

async function readiness(): Promise<number> {
  return (await fetch(`${world.service('driver-api-1').url}/health/ready`)).status;
}

describe.each([
  {
    what: 'dead',
    fail: async () => void (await world.nats.nodes[0]!.server.kill()),
    repair: () => world.nats.nodes[0]!.restart(),
  },
  {
    what: 'frozen',
    fail: async () => world.nats.nodes[0]!.server.pause(),
    repair: async () => world.nats.nodes[0]!.server.resume(),
  },
])('with NATS $what', ({ fail, repair }) => {
  test('every POST is refused in time with Retry-After, before and after the detection, and then works again', async () => {
    await expectServing();
    await fail();
    await expectRefusals();
    await expect.poll(readiness, BACK).toBe(503);
    await expectRefusals();
    await repair();
    await expectServing();
  });
});
