import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createApp, readConfig, serviceParts, TokenVerifier } from '#libs/service';
import { signIn } from '../../../dev/browser/sign-in-by-calls.ts';
import { runIssuer, type RunningIssuer } from '../../../dev/fixtures/running-issuer.ts';
import { consoleConfig } from '../config.ts';
import type { SessionAnswer } from '../protocol/session.ts';
import { OpenIdProvider } from './open-id-provider.ts';
import { SealedCookies } from './sealed-cookies.ts';
import { Sessions } from './sessions.ts';
import { SignInController } from './sign-in.controller.ts';

/** Shorter than what a session renews before: each look at it renews the tokens. */
const TOKEN_TTL_S = 20;

let issuer: RunningIssuer;
let app: NestFastifyApplication;
let url: string;

beforeAll(async () => {
  issuer = await runIssuer({ HAILGRID_TOKEN_TTL_S: String(TOKEN_TTL_S) });
  const config = readConfig(consoleConfig, {
    HAILGRID_MODE: 'development',
    HAILGRID_SERVICE_AREA: '38.7,-9.16,38.745,-9.12',
    HAILGRID_JWKS_URL: `${issuer.url}/.well-known/jwks.json`,
    HAILGRID_OIDC_ISSUER_URL: issuer.url,
    HAILGRID_OPERATORS_URL: 'http://127.0.0.1:9',
  });
  const module = {
    module: class SignInOnly {},
    controllers: [SignInController],
    providers: [
      { provide: TokenVerifier, useFactory: () => new TokenVerifier(config) },
      { provide: SealedCookies, useFactory: () => new SealedCookies(config.sessionKey, false) },
      OpenIdProvider,
      Sessions,
    ],
  };
  app = await createApp(module, serviceParts('console', { ...config, logLevel: 'silent' }));
  await app.listen(0, '127.0.0.1');
  url = (await app.getUrl()).replace('localhost', '127.0.0.1');
});
afterAll(async () => {
  await app.close();
  await issuer.app.close();
});

/** What a page that is loaded again finds, and the cookies that it has then. */
async function look(cookie: string): Promise<SessionAnswer & { cookie: string }> {
  const answer = await fetch(`${url}/v1/console/session?app=rider`, { headers: { cookie } });
  const renewed = answer.headers
    .getSetCookie()
    .filter((line) => !line.includes('Max-Age=0'))
    .map((line) => line.slice(0, line.indexOf(';')));
  return { ...((await answer.json()) as SessionAnswer), cookie: renewed.join('; ') };
}

test('a session outlives its access token, also if two requests at once find it ending', async () => {
  const first = await signIn(url, 'rider', 'rider');
  // A refresh token counts once, and its second use revokes the sign-in.
  const [one, other] = await Promise.all([look(first), look(first)]);
  expect(one.session?.subject).toMatch(/^rider_/);
  expect(other.session).toEqual(one.session);
  expect(one.cookie).not.toBe('');
  const again = await look(one.cookie);
  expect(again.session?.subject).toBe(one.session?.subject);
  expect(again.cookie).not.toBe(one.cookie);
});

test('a session of one part of the page is none of another', async () => {
  const cookie = await signIn(url, 'driver', 'driver');
  expect(await look(cookie)).toMatchObject({ session: null, refused: null });
});
