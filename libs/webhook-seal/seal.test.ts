import { expect, test } from 'vitest';
import { makeWebhookKeys, openKeysSetting, sealKeySetting } from './keys.ts';
import { openSecret, SealError, sealSecret } from './seal.ts';

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const ONE = 'webhook_01k00000000000000000000001';
const OTHER = 'webhook_01k00000000000000000000002';
const keys = makeWebhookKeys();
const newer = makeWebhookKeys();

test('a sealed secret is opened with the private key, and is new each time', async () => {
  const sealed = await sealSecret(keys.sealKey, ONE, SECRET);
  expect(sealed).not.toContain(Buffer.from(SECRET).toString('base64url').slice(0, 20));
  expect(await openSecret(keys.openKeys, ONE, sealed)).toBe(SECRET);
  expect(await sealSecret(keys.sealKey, ONE, SECRET)).not.toBe(sealed);
});

test('with two private keys the secrets of both are opened', async () => {
  const both = { keys: [...newer.openKeys.keys, ...keys.openKeys.keys] };
  for (const { sealKey } of [keys, newer])
    expect(await openSecret(both, ONE, await sealSecret(sealKey, ONE, SECRET))).toBe(SECRET);
});

test('nobody opens it without its private key, or as the secret of another webhook', async () => {
  const sealed = await sealSecret(keys.sealKey, ONE, SECRET);
  await expect(openSecret(newer.openKeys, ONE, sealed)).rejects.toThrow(
    `sealed with the unknown key ${keys.sealKey.kid}`,
  );
  await expect(openSecret(keys.openKeys, OTHER, sealed)).rejects.toThrow('another webhook');
  const [header = '', ...rest] = sealed.split('.');
  const moved = JSON.parse(Buffer.from(header, 'base64url').toString()) as Record<string, unknown>;
  moved['apv'] = Buffer.from(OTHER).toString('base64url');
  const forged = [Buffer.from(JSON.stringify(moved)).toString('base64url'), ...rest].join('.');
  await expect(openSecret(keys.openKeys, OTHER, forged)).rejects.toThrow('damaged');
});

test.each([0, 2, 3, 4])('a change in part %i of the envelope is noticed', async (part) => {
  const sealed = await sealSecret(keys.sealKey, ONE, SECRET);
  const parts = sealed.split('.');
  const bytes = Buffer.from(parts[part]!, 'base64url');
  bytes[0] = bytes[0]! ^ 1;
  parts[part] = bytes.toString('base64url');
  await expect(openSecret(keys.openKeys, ONE, parts.join('.'))).rejects.toThrow(SealError);
});

test.each(['', 'whsec_', 'a.b.c', 'eyJhbGciOiJkaXIifQ....'])('%j is no sealed secret', async (text) => {
  await expect(openSecret(keys.openKeys, ONE, text)).rejects.toThrow(SealError);
});

test('trips refuses a private key, and webhooks needs one; neither message contains the key', () => {
  const [privateKey] = keys.openKeys.keys;
  const wrong = sealKeySetting.safeParse(JSON.stringify(privateKey));
  expect(wrong.error?.issues[0]?.message).toBe('is a private key; trips must get the public half only');
  expect(JSON.stringify(wrong.error)).not.toContain(privateKey?.d);
  expect(sealKeySetting.parse(JSON.stringify(keys.sealKey))).toEqual(keys.sealKey);
  expect(openKeysSetting.parse(JSON.stringify(keys.openKeys))).toEqual(keys.openKeys);
  for (const text of ['{', '{"keys":[]}', JSON.stringify({ keys: [keys.sealKey] })])
    expect(openKeysSetting.safeParse(text).success).toBe(false);
});
