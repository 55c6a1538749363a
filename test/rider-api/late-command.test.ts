import { afterAll, beforeAll, expect, test } from 'vitest';
import { CommandClient } from '#libs/bus';
import { getDriver, goOnline, newId } from '#libs/contracts';
import { systemClock } from '#libs/service';
import { ESTRELA, ROSSIO, TestCity } from '../city/test-city.ts';
import { onlineBody } from '../phones/driver-phone.ts';
import { PLAYED_PEOPLE } from '../../dev/services/service-environment.ts';

const BACK = { timeout: 30_000 };
/** Above the clock difference between two machines. */
const TOLERATED_MS = 1_000;
/** Time for `trips` to execute the waiting commands, if it did. */
const CATCH_UP_MS = 2_000;

const sleep = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms));

let city: TestCity;
let commands: CommandClient;

beforeAll(async () => {
  city = await TestCity.start(['dev-issuer', 'trips', 'matcher', 'rider-api'], { env: PLAYED_PEOPLE });
  commands = new CommandClient({ servers: city.world.nats.urls }, 'test', systemClock());
  await commands.connect();
});
afterAll(async () => {
  await commands?.close();
  await city?.stop();
});

const trips = async (): Promise<number> => {
  const [row] = await city.rows<{ trips: number }>('SELECT count(*)::int AS trips FROM any_trip');
  return row!.trips;
};

test('a frozen trips does not execute commands whose callers gave up when it wakes, but does execute their repetition', async () => {
  const rider = await city.rider();
  await expect.poll(async () => (await rider.quote(ROSSIO, ESTRELA)).status, BACK).toBe(201);
  const quote = (await rider.quote(ROSSIO, ESTRELA)).body;
  const key = newId('event');
  const driver = { driver_id: newId('driver'), product: 'standard', vehicle: onlineBody.vehicle } as const;

  city.world.service('trips-1').pause();
  const [refused] = await Promise.all([
    rider.requestTrip(quote.quote_id, key),
    expect(commands.call(goOnline, driver)).rejects.toMatchObject({ code: 'unavailable' }),
  ]);
  expect(refused.status).toBe(503);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  await sleep(TOLERATED_MS);
  city.world.service('trips-1').resume();

  const known = () => commands.call(getDriver, { driver_id: driver.driver_id });
  await expect.poll(() => known().catch(() => 'frozen'), BACK).toBeNull();
  await sleep(CATCH_UP_MS);
  expect(await known()).toBeNull();
  expect(await trips()).toBe(0);

  const [first, again] = [
    await rider.requestTrip(quote.quote_id, key),
    await rider.requestTrip(quote.quote_id, key),
  ];
  expect(first.status).toBe(201);
  expect(again.body).toEqual(first.body);
  expect(await trips()).toBe(1);
  expect(await commands.call(goOnline, driver)).toMatchObject({ session: 1 });
});
