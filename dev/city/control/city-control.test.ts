import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  cityActReply,
  cityFaults,
  cityProcesses,
  problem,
  type CityFault,
  type CityProcess,
} from '#libs/contracts';
import { temporaryDirectory } from '../../process/temporary-directory.ts';
import { until } from '../../process/until.ts';
import { BUILT_IN_AREA } from '../city-data.ts';
import { startCity, type City } from '../city.ts';
import { anyPorts } from '../ports.ts';
import { RESTART_AFTER_MS } from './breakable-child.ts';

/** Every process of one real city is broken by its control, as the console does. */

const directory = temporaryDirectory('city-control');
/** Far above what any of it takes; the suite runs on a busy machine. */
const PATIENCE = { timeout: 60_000, interval: 100 };
let city: City;
let died: string | undefined;

beforeAll(async () => {
  city = await startCity({
    options: { matchers: 2, standbys: 1, speed: 1, snapLimitM: 500, fromS: 0, webhooks: false },
    ports: await anyPorts(),
    area: BUILT_IN_AREA,
    directory: directory.path,
    onStep: () => undefined,
  });
  void city.death.then((message) => (died = message));
  await until(
    async () => new Set(await ownersOf()).size === 2,
    PATIENCE.timeout,
    () => 'the matchers did not share the city',
  );
});

afterAll(async () => {
  await city.stop();
  directory.remove();
});

function call(
  method: string,
  path: string,
  { token = city.control.token, body = {} } = {},
): Promise<Response> {
  return fetch(city.control.url + path, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(method === 'POST' && { body: JSON.stringify(body) }),
  });
}

async function processes(): Promise<CityProcess[]> {
  return cityProcesses.parse(await (await call('GET', '/v1/processes')).json()).data;
}

async function processOf(name: string): Promise<CityProcess> {
  return (await processes()).find((one) => one.name === name)!;
}

async function act(name: string, what: string): Promise<CityFault | null> {
  const answer = await call('POST', `/v1/processes/${name}/${what}`, { body: { by: 'a test' } });
  expect(answer.status).toBe(200);
  return cityActReply.parse(await answer.json()).fault;
}

async function faultNow(begun: CityFault | null): Promise<CityFault> {
  const { data } = cityFaults.parse(await (await call('GET', '/v1/faults')).json());
  return data.find(({ id }) => id === begun?.id)!;
}

async function afterMs(begun: CityFault | null, wanted: string): Promise<number | null> {
  return (await faultNow(begun)).consequences.find(({ what }) => what === wanted)!.after_ms;
}

/** The consequences of the fault by kind, once none is waited for. */
async function over(begun: CityFault | null): Promise<Record<string, number | null>> {
  await expect.poll(async () => (await faultNow(begun)).is_over, PATIENCE).toBe(true);
  const { consequences } = await faultNow(begun);
  return Object.fromEntries(consequences.map(({ what, after_ms }) => [what, after_ms]));
}

async function refusal(answer: Response): Promise<[number, string]> {
  return [answer.status, problem.parse(await answer.json()).code];
}

/** Of each shard. */
async function ownersOf(): Promise<string[]> {
  const url = `${city.urls['dev-issuer']}/v1/tokens`;
  const headers = { 'content-type': 'application/json' };
  const asked = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ role: 'operator' }) });
  const { token } = (await asked.json()) as { token: string };
  const answer = await fetch(`${city.urls.trips}/v1/shards`, {
    headers: { authorization: `Bearer ${token}` },
  });
  return ((await answer.json()) as { data: { owner: string }[] }).data.map(({ owner }) => owner);
}

test('nobody gets in without the token of the run', async () => {
  expect(await refusal(await call('GET', '/v1/processes', { token: 'x' }))).toEqual([401, 'unauthenticated']);
  const wrong = city.control.token.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'));
  const answer = await call('POST', '/v1/processes/matcher-1/kill', { token: wrong });
  expect(await refusal(answer)).toEqual([401, 'unauthenticated']);
  expect((await processOf('matcher-1')).state).toBe('running');
});

test('lists each process with what can be done to it', async () => {
  const can = Object.fromEntries((await processes()).map((one) => [one.name, one.can.join(' ')]));
  expect(can).toEqual({
    'dev-issuer-1': '',
    'trips-1': 'kill freeze',
    'matcher-1': 'kill freeze cut',
    'matcher-2': 'kill freeze cut',
    'rider-api-1': 'kill freeze',
    'driver-api-1': 'kill freeze',
    nats: 'kill freeze',
    postgres_1: 'kill freeze',
    postgres_2: 'kill freeze',
  });
  const matcher = await processOf('matcher-1');
  expect(await (await fetch(matcher.metrics_url!)).text()).toContain('hailgrid_');
});

test('refuses what is unknown, and what cannot be done', async () => {
  expect(await refusal(await call('POST', '/v1/processes/matcher-9/kill'))).toEqual([404, 'not_found']);
  expect(await refusal(await call('GET', '/v1/else'))).toEqual([404, 'not_found']);
  expect(await refusal(await call('POST', '/v1/processes/matcher-1/melt'))).toEqual([400, 'invalid_request']);
  for (const path of ['matcher-1/thaw', 'matcher-1/mend', 'dev-issuer-1/kill', 'nats/cut'])
    expect(await refusal(await call('POST', `/v1/processes/${path}`)), path).toEqual([409, 'process_state']);
});

test('shards of a killed matcher get another owner; it comes back where it was, with its share', async () => {
  const before = await processOf('matcher-2');
  const fault = await act('matcher-2', 'kill');
  expect(fault).toMatchObject({ act: 'kill', process: 'matcher-2', by: 'a test', is_over: false });
  expect(await processOf('matcher-2')).toMatchObject({ state: 'dead', pid: null, can: [] });
  const after = await over(fault);
  expect(after).toEqual({
    noticed: expect.any(Number),
    reowned: expect.any(Number),
    restarted: expect.any(Number),
    owns_again: expect.any(Number),
  });
  expect(after['reowned']).toBeGreaterThanOrEqual(after['noticed']!);
  expect(after['restarted']).toBeGreaterThanOrEqual(RESTART_AFTER_MS);
  const now = await processOf('matcher-2');
  expect(now).toMatchObject({ state: 'running', metrics_url: before.metrics_url });
  expect(now.pid).not.toBe(before.pid);
  expect(await ownersOf()).toContain('matcher-2');
  expect(city.children().map(({ pid }) => pid)).toContain(now.pid);
  expect(await (await fetch(now.metrics_url!)).text()).toContain('hailgrid_');
});

test('a matcher cut off from NATS loses its shards while it runs, and gets some once its line is mended', async () => {
  const { pid } = await processOf('matcher-1');
  const fault = await act('matcher-1', 'cut');
  expect(await processOf('matcher-1')).toMatchObject({ state: 'cut', pid, can: ['kill', 'mend'] });
  await expect.poll(() => afterMs(fault, 'reowned'), PATIENCE).toBeGreaterThan(0);
  expect(await ownersOf()).not.toContain('matcher-1');
  expect(await act('matcher-1', 'mend')).toBeNull();
  const after = await over(fault);
  expect(after['mended']).toBeGreaterThanOrEqual(after['reowned']!);
  expect(after['owns_again']).toBeGreaterThanOrEqual(after['mended']!);
  expect(await processOf('matcher-1')).toMatchObject({ state: 'running', pid });
});

test('frozen trips answers nobody until it is thawed', async () => {
  const { pid } = await processOf('trips-1');
  const fault = await act('trips-1', 'freeze');
  expect(await processOf('trips-1')).toMatchObject({ state: 'frozen', pid, can: ['kill', 'thaw'] });
  await expect(fetch(`${city.urls.trips}/health/live`, { signal: AbortSignal.timeout(500) })).rejects.toThrow(
    'timeout',
  );
  await act('trips-1', 'thaw');
  const after = await over(fault);
  expect(after['answers_again']).toBeGreaterThanOrEqual(after['thawed']!);
  expect(await processOf('trips-1')).toMatchObject({ state: 'running', pid });
});

test('services and nats-server that are killed together are all started again', async () => {
  const names = ['trips-1', 'rider-api-1', 'driver-api-1', 'nats'];
  const pids = await Promise.all(names.map(async (name) => (await processOf(name)).pid));
  const faults = await Promise.all(names.map((name) => act(name, 'kill')));
  for (const fault of faults) {
    const after = await over(fault);
    expect(after['restarted']).toBeGreaterThanOrEqual(RESTART_AFTER_MS);
    expect(after['answers_again']).toBeGreaterThanOrEqual(RESTART_AFTER_MS);
    const { pid, state } = await processOf(fault!.process);
    expect(state).toBe('running');
    expect(pids).not.toContain(pid);
  }
});

test('another server takes over from a killed Postgres primary, and it comes back as a standby', async () => {
  const fault = await act('postgres_1', 'kill');
  expect(fault).toMatchObject({ kind: 'postgres', role: 'primary' });
  const after = await over(fault);
  expect(after['new_primary']).toBeGreaterThanOrEqual(after['noticed']!);
  expect(after['commits_again']).toBeGreaterThanOrEqual(after['new_primary']!);
  expect(after['whole_again']).toBeGreaterThanOrEqual(after['new_primary']!);
  expect(await processOf('postgres_1')).toMatchObject({ role: 'standby', state: 'running' });
  expect(await processOf('postgres_2')).toMatchObject({ role: 'primary', state: 'running' });
});

test('a killed standby follows again', async () => {
  const after = await over(await act('postgres_1', 'kill'));
  expect(after['whole_again']).toBeGreaterThanOrEqual(after['noticed']!);
});

test('nothing of this ends the city; a crash that nobody asked for does', async () => {
  expect(died).toBeUndefined();
  process.kill((await processOf('rider-api-1')).pid!, 'SIGKILL');
  await expect.poll(() => died, PATIENCE).toContain('rider-api-1 ended unexpectedly');
});
