import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { decodeJwt } from 'jose';
import * as client from 'openid-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { scope, type PlayedPerson } from '#libs/contracts';
import { TokenVerifier } from '#libs/service';
import { runIssuer } from '../../../dev/fixtures/running-issuer.ts';
import { tokenSettings } from '../../../dev/fixtures/token-settings.ts';

const CALLBACK = 'http://127.0.0.1:9/callback';
const LOCAL = { execute: [client.allowInsecureRequests] };

let app: NestFastifyApplication;
let issuer: string;

beforeAll(async () => {
  ({ app, url: issuer } = await runIssuer());
});
afterAll(() => app.close());

const AUTHENTICATIONS = {
  'no secret': client.None(),
  'a secret by HTTP Basic': client.ClientSecretBasic('se:cret +'),
  'a secret in the form': client.ClientSecretPost('secret'),
};

function discover(authentication: client.ClientAuth = client.None()): Promise<client.Configuration> {
  return client.discovery(new URL(issuer), 'the console', undefined, authentication, LOCAL);
}

interface Checks {
  pkceCodeVerifier: string;
  expectedState: string;
  expectedNonce: string;
}

/** A request as a client makes it, and what the client checks in the answer. */
async function newRequest(
  config: client.Configuration,
  parameters: Record<string, string> = {},
): Promise<{ url: URL; checks: Checks }> {
  const checks = {
    pkceCodeVerifier: client.randomPKCECodeVerifier(),
    expectedState: client.randomState(),
    expectedNonce: client.randomNonce(),
  };
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri: CALLBACK,
    scope: 'openid',
    state: checks.expectedState,
    nonce: checks.expectedNonce,
    code_challenge: await client.calculatePKCECodeChallenge(checks.pkceCodeVerifier),
    code_challenge_method: 'S256',
    ...parameters,
  });
  return { url, checks };
}

const UNESCAPED: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', '#39': "'" };
const unescape = (text: string): string =>
  text.replaceAll(/&([\w#]+);/g, (_, name: string) => UNESCAPED[name]!);

/** Opens the page as a browser does and submits its form; returns where the browser goes. */
async function click(url: URL, person: PlayedPerson, as = ''): Promise<URL> {
  const page = await (await fetch(url)).text();
  const hidden = [...page.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g)];
  const form = hidden.map(([, name, value]): [string, string] => [unescape(name!), unescape(value!)]);
  const action = unescape(/action="([^"]*)"/.exec(page)![1]!);
  const answer = await fetch(new URL(action, url), {
    method: 'POST',
    body: new URLSearchParams([...form, ['as', as], ['person', person]]),
    redirect: 'manual',
  });
  expect(answer.status).toBe(303);
  return new URL(answer.headers.get('location')!);
}

async function signIn(
  person: PlayedPerson,
  { as = '', parameters = {} }: { as?: string; parameters?: Record<string, string> } = {},
): Promise<Awaited<ReturnType<typeof client.authorizationCodeGrant>>> {
  const config = await discover();
  const { url, checks } = await newRequest(config, parameters);
  return client.authorizationCodeGrant(config, await click(url, person, as), checks);
}

/** What the client library throws if an answer does not fit the request. */
const because = (what: RegExp) => ({ cause: { message: expect.stringMatching(what) as string } });

function verifier(): TokenVerifier {
  return new TokenVerifier(tokenSettings({ jwksUrl: `${issuer}/.well-known/jwks.json` }));
}

describe('sign-in', () => {
  test.each(Object.entries(AUTHENTICATIONS))('of a client with %s', async (_, authentication) => {
    const config = await discover(authentication);
    const { url, checks } = await newRequest(config);
    const back = await click(url, 'operator');
    expect(back.href.startsWith(`${CALLBACK}?code=`)).toBe(true);
    const tokens = await client.authorizationCodeGrant(config, back, checks);
    expect(tokens.claims()).toMatchObject({ iss: issuer, aud: 'the console', role: 'operator' });
  });

  test.each([
    ['operator', 'operator', scope.options],
    ['viewer', 'operator', ['ops.read']],
    ['rider', 'rider', []],
    ['driver', 'driver', []],
  ] as const)(
    'as %s gives an access token that the APIs accept, and userinfo',
    async (person, role, scopes) => {
      const tokens = await signIn(person);
      const subject = tokens.claims()!.sub;
      const access = await verifier().verifyToken(tokens.access_token);
      expect(access).toMatchObject({ subject, roles: [role] });
      expect(scope.options.filter((one) => access.scopes.includes(one))).toEqual(scopes);
      expect(tokens.scope).toBe(['openid', ...scopes].join(' '));
      const info = await client.fetchUserInfo(await discover(), tokens.access_token, subject);
      expect(info).toEqual({ sub: subject, role, ...(scopes.length > 0 && { scope: scopes.join(' ') }) });
    },
  );

  test('with scopes of this system gives those of them that the person has', async () => {
    const parameters = { scope: 'openid ops.read integrations' };
    expect((await signIn('operator', { parameters })).scope).toBe('openid ops.read integrations');
    expect((await signIn('viewer', { parameters })).scope).toBe('openid ops.read');
  });

  test('under a name is the same person again, and somebody new without one', async () => {
    const subjectOf = async (person: PlayedPerson, as?: string): Promise<string> =>
      (await signIn(person, as === undefined ? {} : { as })).claims()!.sub;
    const ana = await subjectOf('rider', 'Ana Müller');
    expect(ana).toMatch(/^rider_/);
    expect(await subjectOf('rider', ' ana müller')).toBe(ana);
    expect(await subjectOf('rider', 'Bo')).not.toBe(ana);
    expect((await subjectOf('driver', 'Ana Müller')).split('_')[1]).not.toBe(ana.split('_')[1]);
    expect(await subjectOf('rider')).not.toBe(await subjectOf('rider'));
    expect((await signIn('rider', { as: 'Ana' })).claims()).toMatchObject({ name: 'Ana' });
  });

  test('without openid gives no ID token', async () => {
    const config = await discover();
    const { url, checks } = await newRequest(config, { scope: 'ops.read', nonce: '' });
    const { pkceCodeVerifier, expectedState } = checks;
    const back = await click(url, 'operator');
    const tokens = await client.authorizationCodeGrant(config, back, { pkceCodeVerifier, expectedState });
    expect([tokens.id_token, tokens.scope]).toEqual([undefined, 'ops.read']);
  });

  test('gives an ID token that no API and no userinfo accepts', async () => {
    const parameters = { client_id: 'hailgrid' };
    const config = await client.discovery(new URL(issuer), 'hailgrid', undefined, client.None(), LOCAL);
    const { url, checks } = await newRequest(config, parameters);
    const tokens = await client.authorizationCodeGrant(config, await click(url, 'operator'), checks);
    const settings = { jwksUrl: `${issuer}/.well-known/jwks.json`, jwtIssuer: issuer };
    const refusal = new TokenVerifier(tokenSettings(settings)).verifyToken(tokens.id_token!);
    await expect(refusal).rejects.toMatchObject({ code: 'unauthenticated' });
    const info = client.fetchUserInfo(config, tokens.id_token!, tokens.claims()!.sub);
    await expect(info).rejects.toMatchObject({ status: 401 });
  });
});

describe('a code', () => {
  test('with another verifier is refused', async () => {
    const config = await discover();
    const { url, checks } = await newRequest(config);
    const grant = client.authorizationCodeGrant(config, await click(url, 'rider'), {
      ...checks,
      pkceCodeVerifier: client.randomPKCECodeVerifier(),
    });
    await expect(grant).rejects.toMatchObject({ error: 'invalid_grant', status: 400 });
  });

  test('counts once; the second use revokes what the first one got', async () => {
    const config = await discover();
    const { url, checks } = await newRequest(config);
    const back = await click(url, 'rider');
    const tokens = await client.authorizationCodeGrant(config, back, checks);
    const again = client.authorizationCodeGrant(config, back, checks);
    await expect(again).rejects.toMatchObject({ error: 'invalid_grant' });
    const refresh = client.refreshTokenGrant(config, tokens.refresh_token!);
    await expect(refresh).rejects.toMatchObject({ error: 'invalid_grant' });
  });

  test('of another client or for another address is refused', async () => {
    const config = await discover();
    const other = await client.discovery(new URL(issuer), 'another', undefined, client.None(), LOCAL);
    const first = await newRequest(config);
    const stolen = client.authorizationCodeGrant(other, await click(first.url, 'rider'), first.checks);
    await expect(stolen).rejects.toMatchObject({ error: 'invalid_grant' });
    const second = await newRequest(config);
    const back = await click(second.url, 'rider');
    back.pathname = '/elsewhere';
    const moved = client.authorizationCodeGrant(config, back, second.checks);
    await expect(moved).rejects.toMatchObject({ error: 'invalid_grant' });
  });

  test('comes with the state that the client sent, whatever is in it', async () => {
    const state = `"'><script>alert(1)</script>&quot;&state=x`;
    const { url } = await newRequest(await discover(), { state });
    expect((await click(url, 'rider')).searchParams.getAll('state')).toEqual([state]);
  });

  test('comes with state and nonce as the client sent them', async () => {
    const config = await discover();
    const { url, checks } = await newRequest(config);
    const back = await click(url, 'rider');
    expect(back.searchParams.get('state')).toBe(checks.expectedState);
    const forged = new URL(back);
    forged.searchParams.set('state', 'forged');
    await expect(client.authorizationCodeGrant(config, forged, checks)).rejects.toMatchObject(
      because(/state/),
    );
    const otherNonce = { ...checks, expectedNonce: 'another' };
    await expect(client.authorizationCodeGrant(config, back, otherNonce)).rejects.toMatchObject(
      because(/nonce/),
    );
  });
});

describe('a refresh', () => {
  test('gives new tokens for the same person, once per refresh token', async () => {
    const config = await discover();
    const first = await signIn('operator');
    const second = await client.refreshTokenGrant(config, first.refresh_token!);
    expect(second.claims()).toMatchObject({ sub: first.claims()!.sub });
    expect(decodeJwt(second.id_token!)).not.toHaveProperty('nonce');
    const third = await client.refreshTokenGrant(config, second.refresh_token!, { scope: 'ops.read' });
    expect((await verifier().verifyToken(third.access_token)).scopes).toEqual(['ops.read']);
    const replayed = client.refreshTokenGrant(config, first.refresh_token!);
    await expect(replayed).rejects.toMatchObject({ error: 'invalid_grant' });
    const revoked = client.refreshTokenGrant(config, third.refresh_token!);
    await expect(revoked).rejects.toMatchObject({ error: 'invalid_grant' });
  });

  test('gives no more scopes than the sign-in', async () => {
    const { refresh_token } = await signIn('viewer');
    const more = client.refreshTokenGrant(await discover(), refresh_token!, { scope: 'ops.write' });
    await expect(more).rejects.toMatchObject({ error: 'invalid_scope' });
  });
});

describe('the token endpoint refuses', () => {
  const grant = 'grant_type=authorization_code&code=x&code_verifier=y';
  test.each([
    ['a call without client', grant, 401, 'invalid_client'],
    ['another grant', 'grant_type=password&client_id=a', 400, 'unsupported_grant_type'],
    ['a call without grant', 'client_id=a', 400, 'invalid_request'],
    ['a parameter that is there twice', `${grant}&client_id=a&code=z`, 400, 'invalid_request'],
    ['a code without verifier', 'grant_type=authorization_code&code=x&client_id=a', 400, 'invalid_request'],
    ['an unknown code', `${grant}&client_id=a`, 400, 'invalid_grant'],
    ['an empty body', '', 400, 'invalid_request'],
  ])('%s', async (_, form, status, error) => {
    const answer = await fetch(`${issuer}/oauth/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: form,
    });
    expect([answer.status, await answer.json()]).toMatchObject([status, { error }]);
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });

  test.each(['Basic', 'Basic Og==', 'Bearer x', 'Basic JTpz'])(
    'the header Authorization %o',
    async (header) => {
      const answer = await fetch(`${issuer}/oauth/token`, {
        method: 'POST',
        headers: { authorization: header },
        body: new URLSearchParams(grant),
      });
      expect([answer.status, await answer.json()]).toMatchObject([401, { error: 'invalid_client' }]);
      expect(answer.headers.get('www-authenticate')).toMatch(/^Basic /);
    },
  );
});

describe('the issuer', () => {
  const nameBy = async (host: string, of = app): Promise<unknown> => {
    const url = '/.well-known/openid-configuration';
    const answer = await of.inject({ method: 'GET', url, headers: { host } });
    return answer.json<{ issuer?: string }>().issuer ?? answer.statusCode;
  };

  test('is the address by which it was asked', async () => {
    expect(await nameBy('localhost:8082')).toBe('http://localhost:8082');
    expect(await nameBy('dev-issuer:8082')).toBe('http://dev-issuer:8082');
    expect(await nameBy('LOCALHOST:80')).toBe('http://localhost');
    for (const host of ['a/b', 'a@b', 'a b']) expect(await nameBy(host)).toBe(400);
  });

  test('is the configured one, if there is one', async () => {
    const { app: other } = await runIssuer({ HAILGRID_ISSUER_URL: 'https://id.example.com/dev/' });
    expect(await nameBy('127.0.0.1', other)).toBe('https://id.example.com/dev');
    await other.close();
  });
});

describe('sign-out', () => {
  test('returns to the client, but to no stranger', async () => {
    const config = await discover();
    const url = client.buildEndSessionUrl(config, {
      post_logout_redirect_uri: `${CALLBACK}?a=b`,
      state: 's',
    });
    const back = await fetch(url, { redirect: 'manual' });
    expect([back.status, back.headers.get('location')]).toEqual([303, `${CALLBACK}?a=b&state=s`]);
    url.searchParams.set('post_logout_redirect_uri', 'https://example.com/');
    expect((await fetch(url, { redirect: 'manual' })).status).toBe(400);
    expect(await (await fetch(`${issuer}/oauth/end-session`)).text()).toContain('Signed out');
  });
});
