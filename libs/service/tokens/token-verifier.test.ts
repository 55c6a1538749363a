import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWTPayload } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { newId } from '#libs/contracts';
import { tokenSettings } from '../../../dev/fixtures/token-settings.ts';
import { COOLDOWN_MS, IssuerKeys } from './issuer-keys.ts';
import { TokenVerifier } from './token-verifier.ts';

const HOUR_MS = 3_600_000;
let issuer: Server;
let jwksUrl: string;
const keys = new Map<string, CryptoKey>();
/** What the issuer answers; undefined: it hangs up. */
let answer: { status: number; body: string } | undefined;
let goodKeys: string;
let asked = 0;

beforeAll(async () => {
  const published = [];
  for (const [kid, alg] of Object.entries({ first: 'ES256', second: 'RS256', unpublished: 'ES256' })) {
    const pair = await generateKeyPair(alg, { extractable: true });
    keys.set(kid, pair.privateKey);
    if (kid !== 'unpublished') published.push({ ...(await exportJWK(pair.publicKey)), kid, alg, use: 'sig' });
  }
  goodKeys = JSON.stringify({ keys: published });
  issuer = createServer((request, response) => {
    asked += 1;
    if (answer === undefined) request.socket.destroy();
    else response.writeHead(answer.status).end(answer.body);
  });
  issuer.listen(0, '127.0.0.1');
  await once(issuer, 'listening');
  jwksUrl = `http://127.0.0.1:${(issuer.address() as AddressInfo).port}/jwks.json`;
});
afterAll(() => issuer.close());
beforeEach(() => {
  answer = { status: 200, body: goodKeys };
  asked = 0;
});

const nowS = () => Math.floor(Date.now() / 1000);

function sign(
  payload: JWTPayload,
  header: { kid?: string; typ?: string; alg?: string } = {},
): Promise<string> {
  const { kid = 'first' } = header;
  const key = keys.get(kid) ?? keys.get('unpublished')!;
  return new SignJWT({ iat: nowS(), exp: nowS() + 300, ...payload })
    .setProtectedHeader({ alg: kid === 'second' ? 'RS256' : 'ES256', kid, ...header })
    .sign(key);
}

/** Access tokens as the providers make them, each with the settings that fit. */
const SHAPES = {
  Keycloak: {
    header: { kid: 'second', typ: 'JWT' },
    settings: {
      jwtIssuer: 'https://id.example.com/realms/taxi',
      jwtAudience: 'account',
      jwtRoleClaim: 'realm_access.roles',
      jwtRoles: 'rider=customer,driver=courier,operator=dispatcher',
    },
    wrong: { jwtRoleClaim: 'resource_access.account.roles' },
    payload: {
      jti: '5b9c8e4e-6c1e-4f0e-9d4f-0a9e6a3d7b21',
      iss: 'https://id.example.com/realms/taxi',
      aud: 'account',
      sub: '8f3c1a9e-2d4b-4c6f-9a3d-5e7b8c9d0e1f',
      typ: 'Bearer',
      azp: 'rider-app',
      session_state: '3a1d',
      acr: '1',
      realm_access: { roles: ['offline_access', 'uma_authorization', 'customer', 'courier'] },
      resource_access: { account: { roles: ['manage-account', 'view-profile'] } },
      scope: 'openid email profile',
      email_verified: true,
    },
    expected: { subject: '8f3c1a9e-2d4b-4c6f-9a3d-5e7b8c9d0e1f', roles: ['rider', 'driver'] },
  },
  Auth0: {
    header: { kid: 'second', typ: 'at+jwt' },
    settings: {
      jwtIssuer: 'https://taxi.eu.auth0.com/',
      jwtAudience: 'https://api.example.com',
      jwtRoleClaim: 'https://hailgrid.dev/role',
      jwtRoles: 'rider=Rider,operator=Night Dispatcher',
      jwtScopeClaim: 'permissions',
    },
    wrong: { jwtAudience: 'https://taxi.eu.auth0.com/userinfo2' },
    payload: {
      iss: 'https://taxi.eu.auth0.com/',
      sub: 'auth0|64b7f0c2a1d3e4f5a6b7c8d9',
      aud: ['https://api.example.com', 'https://taxi.eu.auth0.com/userinfo'],
      azp: 'AbCdEf123',
      scope: 'openid profile',
      permissions: ['ops.read', 'integrations', 'other:thing'],
      'https://hailgrid.dev/role': ['Night Dispatcher'],
    },
    expected: {
      subject: 'auth0|64b7f0c2a1d3e4f5a6b7c8d9',
      roles: ['operator'],
      scopes: ['ops.read', 'integrations', 'other:thing'],
    },
  },
  Cognito: {
    header: { kid: 'second' },
    settings: {
      jwtIssuer: 'https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_Ab12',
      jwtAudience: '6abcdefghijklmnop',
      jwtAudienceClaim: 'client_id',
      jwtRoleClaim: 'cognito:groups',
      jwtRoles: 'driver=Drivers',
      jwtScopePrefix: 'hailgrid/',
    },
    wrong: { jwtAudienceClaim: 'aud' },
    payload: {
      sub: 'a1b2c3d4-5678-90ab-cdef-EXAMPLE11111',
      'cognito:groups': ['Drivers'],
      iss: 'https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_Ab12',
      version: 2,
      client_id: '6abcdefghijklmnop',
      origin_jti: 'o',
      event_id: 'e',
      token_use: 'access',
      scope: 'aws.cognito.signin.user.admin hailgrid/ops.read',
      auth_time: 1_700_000_000,
      username: 'maria',
    },
    expected: {
      subject: 'a1b2c3d4-5678-90ab-cdef-EXAMPLE11111',
      roles: ['driver'],
      scopes: ['ops.read'],
    },
  },
  Firebase: {
    header: { kid: 'second', typ: 'JWT' },
    settings: {
      jwtIssuer: 'https://securetoken.google.com/taxi-prod',
      jwtAudience: 'taxi-prod',
      jwtRoleClaim: 'driver_role',
      jwtRoles: 'rider=*,driver=courier',
    },
    wrong: { jwtIssuer: 'https://securetoken.google.com/taxi-test' },
    payload: {
      driver_role: 'courier',
      iss: 'https://securetoken.google.com/taxi-prod',
      aud: 'taxi-prod',
      auth_time: 1_700_000_000,
      user_id: 'Xk29dKfLQ0Zt1',
      sub: 'Xk29dKfLQ0Zt1',
      phone_number: '+351912345678',
      firebase: { identities: { phone: ['+351912345678'] }, sign_in_provider: 'phone' },
    },
    expected: { subject: 'Xk29dKfLQ0Zt1', roles: ['rider', 'driver'] },
  },
} as const;

describe.each(Object.entries(SHAPES))(
  'a token as %s makes it',
  (_, { header, settings, wrong, payload, expected }) => {
    const read = async (more: object) =>
      new TokenVerifier(tokenSettings({ jwksUrl, ...settings, ...more })).verify(
        `Bearer ${await sign({ ...payload } as JWTPayload, header)}`,
      );

    test('is read with its mapping', async () => {
      expect(await read({})).toMatchObject({ issuer: settings.jwtIssuer, ...expected });
    });

    test('gives nothing with another mapping', async () => {
      const roles = await read(wrong).then(
        (token) => token.roles,
        (error: { code: string }) => error.code,
      );
      expect(roles).toEqual('jwtRoleClaim' in wrong ? [] : 'unauthenticated');
    });

    test('is refused by the defaults', async () => {
      const plain = new TokenVerifier(tokenSettings({ jwksUrl, jwtIssuer: settings.jwtIssuer }));
      await expect(plain.verifyToken(await sign({ ...payload } as JWTPayload, header))).rejects.toMatchObject(
        {
          code: 'unauthenticated',
        },
      );
    });
  },
);

const own = () => ({ role: 'rider', sub: newId('rider'), iss: 'hailgrid', aud: 'hailgrid' });
const verifier = (change: Parameters<typeof tokenSettings>[0] = {}) =>
  new TokenVerifier(tokenSettings({ jwksUrl, ...change }));

describe('a token', () => {
  test.each<[string, JWTPayload, { typ?: string }, RegExp]>([
    ['of another type', {}, { typ: 'logout+jwt' }, /header typ/],
    ['that is a DPoP proof', {}, { typ: 'dpop+jwt' }, /header typ/],
    ['that is an ID token of Keycloak', { typ: 'ID' }, {}, /ID token/],
    ['that is a refresh token of Keycloak', { typ: 'Refresh' }, {}, /claim typ/],
    ['that is an ID token of Cognito', { token_use: 'id' }, {}, /ID token/],
    ['with a nonce', { nonce: 'n' }, {}, /ID token/],
    ['with a hash of an access token', { at_hash: 'h' }, {}, /ID token/],
    ['that is bound to its sender', { cnf: { jkt: 'x' } }, {}, /cnf/],
    ['without an age', { iat: undefined as never }, {}, /iat/],
    ['without an end', { exp: undefined as never }, {}, /exp/],
    ['without a subject', { sub: undefined as never }, {}, /sub/],
    ['with an unprintable subject', { sub: 'a\nb' }, {}, /sub/],
    ['with a subject that is too long', { sub: 'x'.repeat(256) }, {}, /sub/],
    ['of the future', { nbf: Math.floor(Date.now() / 1000) + 60 }, {}, /nbf/],
    ['with a client as audience only', { aud: undefined as never, client_id: 'hailgrid' }, {}, /aud/],
  ])('%s is refused, and the log says why', async (_, change, header, why) => {
    await expect(verifier().verifyToken(await sign({ ...own(), ...change }, header))).rejects.toMatchObject({
      code: 'unauthenticated',
      message: expect.stringMatching(why) as unknown,
    });
  });

  test('that is an ID token is accepted where the settings say so', async () => {
    const settings = verifier({ jwtAcceptIdTokens: 'true' });
    for (const change of [{ nonce: 'n' }, { typ: 'ID' }, { token_use: 'id' }])
      expect(await settings.verifyToken(await sign({ ...own(), ...change }))).toMatchObject({
        roles: ['rider'],
      });
  });

  test('is accepted from a little before its time, and no longer than its age allows', async () => {
    const verify = verifier({ jwtMaxAgeS: '100' });
    const { expiresAtMs } = await verify.verifyToken(await sign({ ...own(), nbf: nowS() + 2 }));
    expect(expiresAtMs).toBeLessThanOrEqual((nowS() + 106) * 1_000);
    await expect(verify.verifyToken(await sign({ ...own(), iat: nowS() - 200 }))).rejects.toMatchObject({
      code: 'token_expired',
    });
  });

  test('whose claims are named like members of every object has no role', async () => {
    const verify = verifier({ jwtRoleClaim: 'constructor.name', jwtRoles: 'rider=Object' });
    expect(await verify.verifyToken(await sign(own()))).toMatchObject({ roles: [] });
  });
});

describe('an issuer', () => {
  test.each([
    ['fails', { status: 500, body: '{}' }],
    ['answers with something else', { status: 200, body: 'oops' }],
    ['publishes no keys', { status: 200, body: '{"no":"keys"}' }],
    ['answers without end', { status: 200, body: ' '.repeat(300_000) }],
    ['hangs up', undefined],
  ])('that %s makes the call unavailable instead of refusing the token', async (_, instead) => {
    answer = instead;
    await expect(verifier().verifyToken(await sign(own()))).rejects.toMatchObject({ code: 'unavailable' });
  });

  /** A verifier whose time is set by hand. */
  function aged() {
    const time = { ms: 0 };
    const settings = tokenSettings({ jwksUrl, jwksStaleLimitMs: String(HOUR_MS) });
    const verify = new TokenVerifier(settings, new IssuerKeys(settings, () => time.ms));
    return {
      time,
      verify: async (kid?: string) => verify.verifyToken(await sign(own(), kid === undefined ? {} : { kid })),
    };
  }

  test('that goes away is done without for a bounded time, then nobody knows', async () => {
    const { time, verify } = aged();
    await verify();
    answer = undefined;
    time.ms = HOUR_MS;
    await verify();
    await verify();
    expect(asked).toBe(2);
    time.ms = HOUR_MS + 1;
    await expect(verify()).rejects.toMatchObject({ code: 'unavailable' });
    answer = { status: 200, body: goodKeys };
    time.ms += COOLDOWN_MS;
    await verify();
  });

  test('is asked once for unknown keys within a while, however many tokens name them', async () => {
    const { time, verify } = aged();
    await verify();
    time.ms = COOLDOWN_MS;
    const guesses = Array.from({ length: 50 }, (_, index) =>
      expect(verify(`guess-${index}`)).rejects.toMatchObject({ code: 'unauthenticated' }),
    );
    await Promise.all(guesses);
    await expect(verify('one-more')).rejects.toMatchObject({ code: 'unauthenticated' });
    expect(asked).toBe(2);
  });

  test('that is away may have made the unknown key: the call is unavailable', async () => {
    const { time, verify } = aged();
    await verify();
    answer = undefined;
    time.ms = COOLDOWN_MS;
    await expect(verify('new')).rejects.toMatchObject({ code: 'unavailable' });
    await expect(verify('newer')).rejects.toMatchObject({ code: 'unavailable' });
    expect(asked).toBe(2);
  });
});
