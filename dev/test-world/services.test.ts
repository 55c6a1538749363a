import { expect, test } from 'vitest';
import { startServices } from './services.ts';

const ANSWER_TIMEOUT_MS = 1_000;

test('a service can be paused, resumed, killed and restarted', async () => {
  const world = await startServices(['dev-issuer']);
  const issuer = world.service('dev-issuer-1');
  const status = async () =>
    (await fetch(`${issuer.url}/health/live`, { signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) })).status;

  expect(await status()).toBe(200);
  issuer.pause();
  await expect(status()).rejects.toThrow('timeout');
  issuer.resume();
  await expect.poll(status).toBe(200);
  await issuer.kill();
  await expect(status()).rejects.toThrow('fetch failed');
  await issuer.restart();
  expect(await status()).toBe(200);
  expect(() => world.service('matcher-1')).toThrow('no matcher-1 among dev-issuer-1');
  await world.stop();
});
