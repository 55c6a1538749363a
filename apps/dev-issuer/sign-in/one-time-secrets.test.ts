import { expect, test } from 'vitest';
import { OneTimeSecrets } from './one-time-secrets.ts';

function make(): { secrets: OneTimeSecrets<{ revoked: boolean }>; wait: (ms: number) => void } {
  let [now, count] = [0, 0];
  const limits = { ttlMs: 100, maxCount: 3 };
  const secrets = new OneTimeSecrets<{ revoked: boolean }>(
    limits,
    () => now,
    () => `secret-${++count}`,
  );
  return { secrets, wait: (ms) => (now += ms) };
}

test('a secret counts until it expires', () => {
  const { secrets, wait } = make();
  const grant = { revoked: false };
  const [first, second] = [secrets.give(grant), secrets.give(grant)];
  wait(99);
  expect(secrets.take(first)).toBe(grant);
  wait(1);
  expect(secrets.take(second)).toBeUndefined();
  expect(grant.revoked).toBe(false);
});

test('a second use revokes the grant, with its other secrets', () => {
  const { secrets } = make();
  const grant = { revoked: false };
  const [first, second] = [secrets.give(grant), secrets.give(grant)];
  expect(secrets.take(first)).toBe(grant);
  expect(secrets.take(first)).toBeUndefined();
  expect(secrets.take(second)).toBeUndefined();
});

test('the oldest give way: there are never more than the limit', () => {
  const { secrets, wait } = make();
  const given = Array.from({ length: 10 }, () => secrets.give({ revoked: false }));
  expect(secrets.size).toBe(3);
  expect(given.map((secret) => secrets.take(secret) !== undefined).lastIndexOf(false)).toBe(6);
  wait(100);
  secrets.give({ revoked: false });
  expect(secrets.size).toBe(1);
});
