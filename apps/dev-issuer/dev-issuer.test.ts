import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { jwks, newId, problem, tokenResponse, scope } from '#libs/contracts';
import { runIssuer } from '../../dev/fixtures/running-issuer.ts';
import { tokenSettings } from '../../dev/fixtures/token-settings.ts';
import { ConfigError, readConfig, TokenVerifier } from '#libs/service';
import { issuerConfig } from './config.ts';

const running: NestFastifyApplication[] = [];
let directory = '';

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'hailgrid-issuer-'));
});

afterEach(async () => {
  await Promise.all(running.splice(0).map((app) => app.close()));
  rmSync(directory, { recursive: true });
});

/** Starts a real issuer on a free port and returns its URL. */
async function startIssuer(environment: NodeJS.ProcessEnv = {}): Promise<string> {
  const { app, url } = await runIssuer(environment);
  running.push(app);
  return url;
}

function requestToken(issuer: string, body: unknown): Promise<Response> {
  return fetch(`${issuer}/v1/tokens`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

async function keysOf(issuer: string) {
  return jwks.parse(await (await fetch(`${issuer}/.well-known/jwks.json`)).json());
}

function verifierOf(issuer: string): TokenVerifier {
  const jwksUrl = `${issuer}/.well-known/jwks.json`;
  return new TokenVerifier(tokenSettings({ jwksUrl }));
}

describe('tokens', () => {
  test.each(['rider', 'driver', 'operator'] as const)(
    'a %s token passes the services’ verifier',
    async (role) => {
      const issuer = await startIssuer();
      const answer = await requestToken(issuer, { role });
      expect(answer.status).toBe(201);
      const { token, subject } = tokenResponse.parse(await answer.json());
      const scopes = role === 'operator' ? scope.options : [];
      expect(await verifierOf(issuer).verify(`Bearer ${token}`)).toMatchObject({
        subject,
        roles: [role],
        scopes: expect.arrayContaining([...scopes]) as unknown,
      });
    },
  );

  test('a token has the requested subject, the issuer, the audience and a lifetime of twelve hours', async () => {
    const issuer = await startIssuer({ HAILGRID_JWT_ISSUER: 'me', HAILGRID_JWT_AUDIENCE: 'you' });
    const subject = newId('rider');
    const { token, expires_in_s } = tokenResponse.parse(
      await (await requestToken(issuer, { role: 'rider', subject })).json(),
    );
    const { payload } = await jwtVerify(token, createLocalJWKSet(await keysOf(issuer)), {
      issuer: 'me',
      audience: 'you',
      algorithms: ['ES256'],
    });
    expect(payload).toMatchObject({ sub: subject, role: 'rider' });
    expect(payload.exp! - payload.iat!).toBe(12 * 3600);
    expect(expires_in_s).toBe(12 * 3600);
  });

  test('a token has the requested lifetime', async () => {
    const issuer = await startIssuer();
    const { token, expires_in_s } = tokenResponse.parse(
      await (await requestToken(issuer, { role: 'driver', ttl_s: 60 })).json(),
    );
    const { exp, iat } = decodeJwt(token);
    expect([exp! - iat!, expires_in_s]).toEqual([60, 60]);
  });

  test('an operator’s token has fewer scopes by request', async () => {
    const issuer = await startIssuer();
    const answer = await requestToken(issuer, { role: 'operator', scopes: ['ops.read'] });
    const { token } = tokenResponse.parse(await answer.json());
    expect((await verifierOf(issuer).verify(`Bearer ${token}`)).scopes).toEqual(['ops.read']);
  });

  test('a subject may be as providers have it', async () => {
    const issuer = await startIssuer();
    const answer = await requestToken(issuer, { role: 'rider', subject: 'auth0|64b7' });
    expect(tokenResponse.parse(await answer.json()).subject).toBe('auth0|64b7');
  });

  test('an id of another role is refused, with a pointer to the member', async () => {
    const issuer = await startIssuer();
    const answer = await requestToken(issuer, { role: 'rider', subject: newId('driver') });
    expect(answer.status).toBe(400);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    const refused = problem.parse(await answer.json());
    expect(refused.code).toBe('invalid_request');
    expect(refused.issues).toEqual([expect.objectContaining({ pointer: '/subject' })]);
  });

  test('an unknown role is refused', async () => {
    const issuer = await startIssuer();
    const answer = await requestToken(issuer, { role: 'admin' });
    expect(answer.status).toBe(400);
    expect(problem.parse(await answer.json()).issues?.[0]?.pointer).toBe('/role');
  });

  test('a token of another issuer’s key is refused', async () => {
    const [ours, theirs] = [await startIssuer(), await startIssuer()];
    const { token } = tokenResponse.parse(await (await requestToken(theirs, { role: 'rider' })).json());
    await expect(verifierOf(ours).verify(`Bearer ${token}`)).rejects.toMatchObject({
      code: 'unauthenticated',
    });
  });
});

describe('keys', () => {
  test('only the public part is published, with the key id of the tokens', async () => {
    const issuer = await startIssuer();
    const { token } = tokenResponse.parse(await (await requestToken(issuer, { role: 'rider' })).json());
    const { keys } = (await (await fetch(`${issuer}/.well-known/jwks.json`)).json()) as {
      keys: Record<string, unknown>[];
    };
    expect(keys).toHaveLength(1);
    expect(Object.keys(keys[0]!).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']);
    expect(decodeProtectedHeader(token).kid).toBe(keys[0]!['kid']);
  });

  test('a key file is readable by its owner only and keeps tokens valid across a restart', async () => {
    const path = join(directory, 'issuer.pem');
    const environment = { HAILGRID_ISSUER_KEY_FILE: path };
    const first = await startIssuer(environment);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const { token } = tokenResponse.parse(await (await requestToken(first, { role: 'rider' })).json());
    const second = await startIssuer(environment);
    expect(await verifierOf(second).verify(`Bearer ${token}`)).toMatchObject({ roles: ['rider'] });
  });

  test('issuers that start concurrently with a missing key file agree on one key', async () => {
    const path = join(directory, 'issuer.pem');
    const issuers = await Promise.all(
      Array.from({ length: 5 }, () => startIssuer({ HAILGRID_ISSUER_KEY_FILE: path })),
    );
    const kids = await Promise.all(issuers.map(async (issuer) => (await keysOf(issuer)).keys[0]?.kid));
    expect(new Set(kids).size).toBe(1);
  });

  test('a file without a key is left unchanged, and the error names it', async () => {
    const path = join(directory, 'issuer.pem');
    writeFileSync(path, 'not a key');
    await expect(startIssuer({ HAILGRID_ISSUER_KEY_FILE: path })).rejects.toThrow(path);
    expect(readFileSync(path, 'utf8')).toBe('not a key');
  });
});

describe('production', () => {
  test.each([{ HAILGRID_MODE: 'production' }, {}])('%o is refused before anything starts', (environment) => {
    const read = (): unknown => readConfig(issuerConfig, environment);
    expect(read).toThrow(ConfigError);
    expect(read).toThrow(/HAILGRID_MODE: .*refuses to run in production/);
  });
});
