import { expect, test } from 'vitest';
import { rememberedToken } from './remembered-token.ts';

test('one token serves all requests until it is refused, and then one newer one', async () => {
  let fetched = 0;
  const source = rememberedToken(() => Promise.resolve(`token-${++fetched}`));
  expect(await Promise.all([source(), source()])).toEqual(['token-1', 'token-1']);
  expect(await Promise.all([source('token-1'), source('token-1')])).toEqual(['token-2', 'token-2']);
  expect(await source()).toBe('token-2');
});

test('a fetch that failed is tried again by the next request', async () => {
  let fetched = 0;
  const source = rememberedToken(() =>
    ++fetched === 1 ? Promise.reject(new Error('no network')) : Promise.resolve('token'),
  );
  await expect(source()).rejects.toThrow('no network');
  expect(await source()).toBe('token');
});
