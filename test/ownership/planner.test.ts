import { afterAll, beforeAll, expect, test } from 'vitest';
import { query } from '../../ops/postgres/query.ts';
import { startServices, type TestService, type TestWorld } from '../../dev/test-world/index.ts';
import { PlayedMatcher } from './played-matcher.ts';

const AREA = '38.650,-9.250,38.800,-9.050';
const SETTLED = { timeout: 30_000, interval: 100 };
let world: TestWorld;
const matchers: PlayedMatcher[] = [];

beforeAll(async () => {
  world = await startServices(['dev-issuer', 'trips', 'trips'], { serviceArea: AREA });
});
afterAll(async () => {
  await Promise.all(matchers.map((matcher) => matcher.die()));
  await world?.stop();
});

async function join(name: string): Promise<PlayedMatcher> {
  const matcher = await PlayedMatcher.join(world.nats.urls, name);
  matchers.push(matcher);
  return matcher;
}

const owners = async (): Promise<string[]> => {
  const rows = await query<{ owner: string }>(
    world.database.url,
    `SELECT DISTINCT coalesce(owner, 'nobody') AS owner FROM shard WHERE NOT retired ORDER BY owner`,
  );
  return rows.map(({ owner }) => owner);
};

async function planner(): Promise<{ service: TestService; term: number }> {
  const [row] = await query<{ holder: string; term: string }>(
    world.database.url,
    'SELECT holder, term FROM planner',
  );
  return { service: world.service(row!.holder), term: Number(row!.term) };
}

async function metric(service: TestService, line: string): Promise<number | undefined> {
  const text = await (await fetch(`${service.url}/metrics`)).text();
  const found = text
    .split('\n')
    .find((row) => row.startsWith(line.split('{')[0]!) && row.includes(line.split('{')[1] ?? ''));
  return found === undefined ? undefined : Number(found.split(' ').at(-1));
}

test('a silent matcher is declared lost, and its shards go to the one that sends heartbeats', async () => {
  const [silent] = await Promise.all([join('matcher-1'), join('matcher-2')]);
  await expect.poll(owners, SETTLED).toEqual(['matcher-1', 'matcher-2']);
  await silent.die();
  await expect.poll(owners, SETTLED).toEqual(['matcher-2']);
  const { service, term } = await planner();
  await expect.poll(() => metric(service, 'hailgrid_matchers{state="lost"'), SETTLED).toBe(1);
  expect(await metric(service, 'hailgrid_matchers{state="active"')).toBe(1);
  expect(await metric(service, 'hailgrid_planner_term')).toBe(term);
});

test('a stopping planner releases its term, and the other one takes over', async () => {
  const before = await planner();
  await before.service.stop();
  const [row] = await query<{ isFree: boolean }>(
    world.database.url,
    `SELECT expires_at = '-infinity' OR term > ${before.term} AS "isFree" FROM planner`,
  );
  expect(row).toEqual({ isFree: true });
  await join('matcher-3');
  await expect.poll(owners, SETTLED).toEqual(['matcher-2', 'matcher-3']);
  const after = await planner();
  expect(after.term).toBeGreaterThan(before.term);
  expect(after.service.instance).not.toBe(before.service.instance);
  await before.service.restart();
});
