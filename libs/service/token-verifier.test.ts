import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newId } from '#libs/contracts';
import { TokenVerifier } from './token-verifier.ts';

let issuer: Server;
let privateKey: CryptoKey;
let answer: { status: number; body: string };
let goodKeys: string;

beforeAll(async () => {
  const pair = await generateKeyPair('ES256', { extractable: true });
  privateKey = pair.privateKey;
  goodKeys = JSON.stringify({ keys: [{ ...(await exportJWK(pair.publicKey)), alg: 'ES256', use: 'sig' }] });
  issuer = createServer((_, response) => response.writeHead(answer.status).end(answer.body));
  issuer.listen(0, '127.0.0.1');
  await once(issuer, 'listening');
});
afterAll(() => issuer.close());

function verify(authorization: string) {
  const { port } = issuer.address() as AddressInfo;
  const jwksUrl = `http://127.0.0.1:${port}/jwks.json`;
  return new TokenVerifier({ jwksUrl, jwtIssuer: 'us', jwtAudience: 'phones' }).verify(authorization);
}

const sign = (sub: string) =>
  new SignJWT({ role: 'rider', sub, iss: 'us', aud: 'phones' })
    .setProtectedHeader({ alg: 'ES256' })
    .setExpirationTime('1 min')
    .sign(privateKey);

test('a valid token identifies the caller', async () => {
  answer = { status: 200, body: goodKeys };
  const id = newId('rider');
  expect(await verify(`Bearer ${await sign(id)}`)).toEqual({ role: 'rider', id });
});

test.each([
  ['fails', 500, '{}'],
  ['answers with something else', 200, 'oops'],
  ['publishes no keys', 200, '{"no":"keys"}'],
])('an issuer that %s makes the call unavailable instead of refusing the token', async (_, status, body) => {
  answer = { status, body };
  await expect(verify(`Bearer ${await sign(newId('rider'))}`)).rejects.toMatchObject({ code: 'unavailable' });
});

test('a token with another key or another role’s subject is refused', async () => {
  answer = { status: 200, body: goodKeys };
  const token = await sign(newId('rider'));
  const forged = `${token.slice(0, token.lastIndexOf('.'))}.${'A'.repeat(86)}`;
  for (const bad of [forged, await sign(newId('driver')), 'x'])
    await expect(verify(`Bearer ${bad}`)).rejects.toMatchObject({ code: 'unauthenticated' });
});
