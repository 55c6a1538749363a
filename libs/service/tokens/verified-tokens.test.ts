import { expect, test, vi } from 'vitest';
import type { AccessToken } from './token-verifier.ts';
import { MAX_VERIFIED_TOKENS, VerifiedTokens } from './verified-tokens.ts';

const ENDS_AT_MS = 1_000;
const access = (text: string): AccessToken => ({
  issuer: 'https://issuer',
  subject: text,
  roles: ['rider'],
  scopes: [],
  expiresAtMs: ENDS_AT_MS,
  text,
});

function tokens(): { read: VerifiedTokens; verify: ReturnType<typeof vi.fn>; at: { ms: number } } {
  const verify = vi.fn<(text: string) => Promise<AccessToken>>(async (text) => {
    if (text === 'bad') throw new Error('bad signature');
    return access(text);
  });
  const at = { ms: 0 };
  return { read: new VerifiedTokens({ verifyToken: verify }, () => at.ms), verify, at };
}

test('a good token is verified once, until it ends', async () => {
  const { read, verify, at } = tokens();
  expect(await read.read('a')).toMatchObject({ subject: 'a' });
  expect(await read.read('a')).toMatchObject({ subject: 'a' });
  expect(verify).toHaveBeenCalledTimes(1);
  at.ms = ENDS_AT_MS;
  await expect(read.read('a')).rejects.toMatchObject({ code: 'token_expired' });
});

test('a bad token is refused each time', async () => {
  const { read, verify } = tokens();
  await expect(read.read('bad')).rejects.toThrow('bad signature');
  await expect(read.read('bad')).rejects.toThrow('bad signature');
  expect(verify).toHaveBeenCalledTimes(2);
});

test('a token that differs in one character is another token', async () => {
  const { read } = tokens();
  await read.read('token-a');
  expect(await read.read('token-b')).toMatchObject({ subject: 'token-b' });
});

test('the oldest is forgotten first', async () => {
  const { read, verify } = tokens();
  for (let n = 0; n <= MAX_VERIFIED_TOKENS; n++) await read.read(`t${n}`);
  verify.mockClear();
  await read.read(`t${MAX_VERIFIED_TOKENS}`);
  expect(verify).not.toHaveBeenCalled();
  await read.read('t0');
  expect(verify).toHaveBeenCalledTimes(1);
});
