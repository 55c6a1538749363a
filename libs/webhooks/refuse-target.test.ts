import { describe, expect, test } from 'vitest';
import { refuseResolvedTarget, refuseTarget } from './refuse-target.ts';

const NEVER = new Promise<never>(() => undefined);

describe('refused by the URL itself', () => {
  test.each([
    'http://example.com/hook',
    'http://127.0.0.1/hook',
    'https://127.0.0.1/hook',
    'https://2130706433/hook',
    'https://0x7f.1/hook',
    'https://127.0.0.1./hook',
    'https://[::1]/hook',
    'https://[::ffff:10.0.0.1]/hook',
    'https://169.254.169.254/latest/meta-data',
    'https://10.0.0.1:8443/hook',
    'https://localhost/hook',
    'https://LOCALHOST./hook',
    'https://api.localhost/hook',
    'https://metadata.google.internal/hook',
    'https://printer.local/hook',
    'https://router.home.arpa/hook',
  ])('%s', async (url) => {
    expect(refuseTarget(new URL(url))).toMatch(/only https|is not a public address/);
    expect(await refuseResolvedTarget(new URL(url), () => NEVER)).toBe(refuseTarget(new URL(url)));
  });
});

test.each(['https://example.com/hook', 'https://8.8.8.8/hook', 'https://[2606:4700::1111]:8443/hook'])(
  '%s is not refused by itself',
  async (url) => {
    expect(refuseTarget(new URL(url))).toBeUndefined();
    expect(await refuseResolvedTarget(new URL(url), () => Promise.resolve([]))).toBeUndefined();
  },
);

test('a name is refused if any of its addresses is not public', async () => {
  const url = new URL('https://rebind.example.com/');
  const resolving = (...addresses: string[]) =>
    refuseResolvedTarget(url, () => Promise.resolve(addresses.map((address) => ({ address }))));
  expect(await resolving('8.8.8.8', '2606:4700::1111')).toBeUndefined();
  expect(await resolving('8.8.8.8', '10.0.0.1')).toBe('rebind.example.com is not a public address');
  expect(await resolving('::1')).toBe('rebind.example.com is not a public address');
});

test('a name that does not resolve, or not in time, is left to the deliveries', async () => {
  const url = new URL('https://nowhere.example.com/');
  expect(await refuseResolvedTarget(url, () => Promise.reject(new Error('ENOTFOUND')))).toBeUndefined();
  expect(await refuseResolvedTarget(url, () => NEVER)).toBeUndefined();
});
