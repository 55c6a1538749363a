import { afterAll, beforeAll, expect, test } from 'vitest';
import { startServices, type TestWorld } from '../../dev/test-world/index.ts';
import { WebhookOperator } from './webhook-operator.ts';

const LIMIT = { timeout: 15_000, interval: 100 };
/** Over twice the probe interval of `trips`. */
const PROBE_LIMIT = { timeout: 25_000, interval: 500 };
const NEVER_CALLED_URL = 'https://example.com/hailgrid';

let world: TestWorld;
let operator: WebhookOperator;

beforeAll(async () => {
  world = await startServices(['dev-issuer', 'trips']);
  operator = await WebhookOperator.of(world);
});
afterAll(() => world?.stop());

async function workerMissing(): Promise<string | undefined> {
  const text = await (await fetch(`${world.service('trips-1').url}/metrics`)).text();
  return /^hailgrid_webhook_worker_missing\{[^}]*\} (\d)$/m.exec(text)?.[1];
}

test.each([
  'http://example.com/hailgrid',
  'https://127.0.0.1/hailgrid',
  'https://localhost/hailgrid',
  'https://[::ffff:169.254.169.254]/latest/meta-data',
])('%s is refused at creation', async (url) => {
  await expect(operator.create(url)).rejects.toThrow(/422.*webhook_target_refused.*"\/url"/);
  expect(await operator.list()).toEqual([]);
});

test('webhooks report no_worker until a webhooks process runs, and again after it stops', async () => {
  expect(await workerMissing()).toBe('0');
  const webhook = await operator.create(NEVER_CALLED_URL);
  expect(webhook.delivery).toBe('no_worker');
  expect(await operator.delivery()).toBe('no_worker');
  await expect.poll(workerMissing, PROBE_LIMIT).toBe('1');

  const worker = await world.add('webhooks');
  await expect.poll(() => operator.delivery(), LIMIT).toBe('running');
  expect((await operator.create(NEVER_CALLED_URL)).delivery).toBe('running');
  await expect.poll(workerMissing, PROBE_LIMIT).toBe('0');

  await worker.stop();
  expect(await operator.delivery()).toBe('no_worker');
});
