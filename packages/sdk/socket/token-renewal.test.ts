import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { TokenRenewal } from './token-renewal.ts';

const START_MS = 1_800_000_000_000;

beforeEach(() => vi.useFakeTimers({ now: START_MS }));
afterEach(() => vi.useRealTimers());

const jwt = (endsInS: number): string =>
  `h.${Buffer.from(JSON.stringify({ exp: Date.now() / 1000 + endsInS })).toString('base64url')}.s`;

test('a token is renewed a minute before it ends, and so is the next one', async () => {
  const at: number[] = [];
  const renewal = new TokenRenewal(
    () => jwt(600),
    () => Promise.resolve(at.push((Date.now() - START_MS) / 1000) > 0),
  );
  await renewal.token();
  renewal.start();
  await vi.advanceTimersByTimeAsync(1_200_000);
  expect(at).toEqual([540, 1080]);
  renewal.stop();
  await vi.advanceTimersByTimeAsync(1_200_000);
  expect(at).toHaveLength(2);
});

test('a token that a request has renewed meanwhile is presented too', async () => {
  const presented: string[] = [];
  let token = jwt(600);
  const renewal = new TokenRenewal(
    () => token,
    (newer) => Promise.resolve(presented.push(newer) > 0),
  );
  await renewal.token();
  renewal.start();
  await vi.advanceTimersByTimeAsync(100_000);
  token = jwt(600);
  await renewal.token();
  await vi.advanceTimersByTimeAsync(450_000);
  expect(presented).toEqual([token]);
  renewal.stop();
});

test('a source that fails, or has no newer token, is asked again until the end', async () => {
  const only = jwt(600);
  let asked = 0;
  const presented: string[] = [];
  const renewal = new TokenRenewal(
    () => {
      asked++;
      if (asked === 2) throw new Error('no network');
      return only;
    },
    (token) => Promise.resolve(presented.push(token) > 0),
  );
  await renewal.token();
  renewal.start();
  await vi.advanceTimersByTimeAsync(590_000);
  renewal.stop();
  expect(asked).toBeGreaterThan(3);
  expect(presented).toEqual([]);
});

test('a token that does not tell its end is left to the service', async () => {
  const renewal = new TokenRenewal(
    () => 'opaque',
    () => Promise.reject(new Error('presented')),
  );
  await renewal.token();
  renewal.start();
  expect(vi.getTimerCount()).toBe(0);
});
