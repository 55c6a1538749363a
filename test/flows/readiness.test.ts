import { afterAll, beforeAll, expect, test } from 'vitest';
import { temporaryDirectory } from '../../dev/process/temporary-directory.ts';
import { startService, type RunningService } from '../../dev/services/start-service.ts';
import { BUILT_IN_AREA, startServices, type TestWorld } from '../../dev/test-world/index.ts';
import { NamedLine } from './named-line.ts';

const WAIT = { timeout: 30_000 };
const INSTANCE = 'trips-1';
const directory = temporaryDirectory('readiness');

let world: TestWorld;
let line: NamedLine;
let trips: RunningService;

beforeAll(async () => {
  world = await startServices(['dev-issuer']);
  line = await NamedLine.to(world.nats.urls[0]!);
  trips = await startService({
    app: 'trips',
    instance: INSTANCE,
    httpPort: 0,
    system: {
      natsUrls: [line.url],
      natsSeeds: world.nats.seeds,
      postgresUrls: world.database.urls,
      issuerUrl: world.service('dev-issuer-1').url,
      serviceArea: BUILT_IN_AREA,
    },
    directory: directory.path,
  });
});
afterAll(async () => {
  await trips?.child.stop();
  line?.close();
  await world?.stop();
  directory.remove();
});

async function readiness(): Promise<{ status: number; checks: Record<string, string> }> {
  const response = await fetch(`${trips.url}/health/ready`);
  const { checks } = (await response.json()) as { checks: Record<string, string> };
  return { status: response.status, checks };
}

const ALL_OK = { nats: 'ok', nats_commands: 'ok', transport: 'ok' };

test.each([
  [INSTANCE, 'nats'],
  [`${INSTANCE}-commands`, 'nats_commands'],
  [`${INSTANCE}-transport`, 'transport'],
])('a service that loses only its connection %s is not ready until it reconnects', async (client, check) => {
  await expect.poll(readiness, WAIT).toMatchObject({ status: 200, checks: ALL_OK });
  line.cut(client);
  const lost = { status: 503, checks: { ...ALL_OK, [check]: 'disconnected' } };
  await expect.poll(readiness, WAIT).toMatchObject(lost);
  line.mend(client);
  await expect.poll(readiness, WAIT).toMatchObject({ status: 200, checks: ALL_OK });
});

test('a service that is asked to end says so at once, and serves on until load balancers have noticed', async () => {
  const issuer = await startService({
    app: 'dev-issuer',
    instance: 'dev-issuer-2',
    httpPort: 0,
    system: { natsUrls: world.nats.urls, postgresUrls: [], serviceArea: BUILT_IN_AREA },
    directory: directory.path,
    env: { HAILGRID_DRAIN_DELAY_MS: '3000' },
  });
  const status = async (path: string): Promise<number> => (await fetch(issuer.url + path)).status;
  const ended = issuer.child.stop();
  await expect.poll(() => status('/health/ready'), WAIT).toBe(503);
  expect(await status('/.well-known/jwks.json')).toBe(200);
  expect(await ended).toMatchObject({ code: 0 });
  await expect(status('/health/live')).rejects.toThrow('fetch failed');
});
