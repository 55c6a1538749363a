import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { Operator } from '../city/operator.ts';
import { ESTRELA, ROSSIO, TestCity } from '../city/test-city.ts';

/** About twenty shards. */
const AREA = '38.650,-9.250,38.800,-9.050';
const SERVICES = ['dev-issuer', 'trips', 'trips', 'matcher', 'matcher', 'matcher', 'rider-api', 'driver-api'];
const MATCHERS = ['matcher-1', 'matcher-2', 'matcher-3'];
const SETTLED = { timeout: 30_000, interval: 100 };
let city: TestCity;
let operator: Operator;

beforeAll(async () => {
  city = await TestCity.start(SERVICES, { serviceArea: AREA });
  operator = await Operator.of(city);
  await untilOwnersAre(MATCHERS);
});
afterAll(() => city.stop());

async function untilOwnersAre(matchers: readonly string[]): Promise<void> {
  await vi.waitUntil(
    async () =>
      Object.keys(await operator.owned())
        .sort()
        .join() === matchers.join(),
    SETTLED,
  );
}

/** Owner of the shard of trips from here. */
async function ownerHere(): Promise<string> {
  const { shard } = await offeredTrip();
  const { data } = await operator.shards();
  return data.find((row) => row.shard === shard)!.owner!;
}

/** Has a trip requested and driven; returns the shard and epoch of its offer. */
async function offeredTrip(): Promise<{ shard: string; epoch: number }> {
  const driver = await city.driverAt(ROSSIO);
  const rider = await city.rider();
  const { trip_id: tripId } = await rider.ride(ROSSIO, ESTRELA);
  const offer = await driver.offer();
  expect(offer.trip_id).toBe(tripId);
  await driver.accept(offer);
  await driver.drive(tripId);
  await driver.goHome();
  const [made] = await city.rows<{ shard: string; epoch: string }>(
    `SELECT to_hex(shard) AS shard, epoch FROM trip_event WHERE type = 'offer_made' ORDER BY at DESC LIMIT 1`,
  );
  return { shard: made!.shard, epoch: Number(made!.epoch) };
}

const staleOffers = (): Promise<{ trip_id: string }[]> =>
  city.rows(`
    SELECT e.trip_id FROM trip_event e WHERE e.type = 'offer_made' AND NOT EXISTS (
      SELECT FROM shard_change c WHERE c.cell = e.shard AND c.epoch = e.epoch AND c.lsn < e.lsn
      AND NOT EXISTS (SELECT FROM shard_change n WHERE n.cell = c.cell AND n.epoch = c.epoch + 1 AND n.lsn < e.lsn))`);

test('shards are divided among the matchers, and the operator sees their owner, since when, and their load', async () => {
  await offeredTrip();
  const { data, matchers, planner } = await operator.shards();
  expect(matchers.map(({ matcher, state }) => [matcher, state])).toEqual(
    MATCHERS.map((name) => [name, 'active']),
  );
  expect(planner?.holder).toMatch(/^trips-[12]$/);
  expect(matchers.reduce((sum, { shards }) => sum + shards, 0)).toBe(data.length);
  for (const { heard_s_ago } of matchers) expect(heard_s_ago).toBeLessThan(10);
  for (const { since } of data) expect(Date.parse(since)).toBeGreaterThan(Date.now() - 600_000);
  await vi.waitUntil(async () => (await operator.shards()).data.some(({ load }) => load !== null), SETTLED);
  const firstPage = await operator.shards('?limit=5');
  const rest = await operator.shards(`?cursor=${firstPage.next_cursor!}`);
  expect([...firstPage.data, ...rest.data].map(({ shard }) => shard)).toEqual(data.map(({ shard }) => shard));
});

test('the shards of a killed matcher are matched by the others; restarted, it gets its share', async () => {
  const victim = await ownerHere();
  await city.world.service(victim).kill();
  const others = MATCHERS.filter((name) => name !== victim);
  const { epoch } = await offeredTrip();
  expect(epoch).toBeGreaterThan(1);
  await untilOwnersAre(others);
  await city.world.service(victim).restart();
  await untilOwnersAre(MATCHERS);
  expect(await staleOffers()).toEqual([]);
});

test('a frozen matcher loses its shards, and its late commits are refused when it wakes', async () => {
  const victim = await ownerHere();
  city.world.service(victim).pause();
  await untilOwnersAre(MATCHERS.filter((name) => name !== victim));
  await offeredTrip();
  city.world.service(victim).resume();
  await untilOwnersAre(MATCHERS);
  expect(await staleOffers()).toEqual([]);
});

test('a stopping matcher hands its shards over first', async () => {
  const victim = await ownerHere();
  await city.world.service(victim).stop();
  expect(Object.keys(await operator.owned())).not.toContain(victim);
  expect(readFileSync(city.world.service(victim).logFile, 'utf8')).toContain('"event":"left"');
  await offeredTrip();
  await city.world.service(victim).restart();
  await untilOwnersAre(MATCHERS);
  expect(await staleOffers()).toEqual([]);
});

test('a drained matcher owns no shard until it is resumed', async () => {
  const victim = await ownerHere();
  expect(await operator.drain(victim)).toMatchObject({ matcher: victim, state: 'drained' });
  await untilOwnersAre(MATCHERS.filter((name) => name !== victim));
  await offeredTrip();
  expect(await operator.resume(victim)).toMatchObject({ matcher: victim, state: 'active' });
  await untilOwnersAre(MATCHERS);
  await expect(operator.drain('matcher-99')).rejects.toThrow('404');
});

test('another trips instance takes over when the planner dies', async () => {
  const holder = (await operator.shards()).planner!.holder;
  const other = await Operator.of(city, holder === 'trips-1' ? 'trips-2' : 'trips-1');
  await city.world.service(holder).kill();
  await vi.waitUntil(async () => ((await other.shards()).planner?.holder ?? holder) !== holder, SETTLED);
  await city.world.service('matcher-3').kill();
  await expect
    .poll(async () => Object.keys(await other.owned()).sort(), SETTLED)
    .toEqual(['matcher-1', 'matcher-2']);
  await city.world.service('matcher-3').restart();
  await city.world.service(holder).restart();
  operator = await Operator.of(city);
  await untilOwnersAre(MATCHERS);
});
