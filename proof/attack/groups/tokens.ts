import { exportSPKI, generateKeyPair, SignJWT, UnsecuredJWT, type JWTPayload } from 'jose';
import { HTTP_ROUTES, newId } from '#libs/contracts';
import type { AttackCity } from '../city/attack-city.ts';
import { call, operatorToken, personToken, REASON } from '../city/people.ts';
import { outcome, refusedWith, type Attack, type Outcome } from '../runner/attack.ts';

const HOUR_S = 3_600;
const REFUSED = [401, 403];

interface Forgery {
  /** Replaces claims of a good token; undefined takes one away. */
  claims?: JWTPayload;
  header?: { alg?: string; kid?: string; typ?: string };
}

/** A token as the issuer signs it, false in one point only. */
async function forge({ signingKey }: AttackCity, { claims = {}, header = {} }: Forgery): Promise<string> {
  return new SignJWT({ ...goodClaims(), ...claims })
    .setProtectedHeader({ alg: 'ES256', ...header })
    .sign(signingKey);
}

function goodClaims(): JWTPayload {
  const now = Math.floor(Date.now() / 1000);
  return {
    iss: 'hailgrid-dev',
    aud: 'hailgrid',
    sub: newId('rider'),
    role: 'rider',
    iat: now,
    exp: now + HOUR_S,
  };
}

/** Uses a token where a rider's is needed. First a good one, so that the refusal is of the point in question. */
async function present(city: AttackCity, token: string): Promise<Outcome> {
  const good = await call(city.urls.rider, '/v1/products', { method: 'GET', token: await forge(city, {}) });
  if (good.status !== 200) throw new Error(`a good token is refused: ${good.status}`);
  const told = await call(city.urls.rider, '/v1/products', { method: 'GET', token });
  return refusedWith(REFUSED, told);
}

const inS = (s: number): number => Math.floor(Date.now() / 1000) + s;

/** Tokens with a true signature and one false claim. */
const FORGERIES: Record<string, () => Forgery> = {
  'wrong-audience': () => ({ claims: { aud: 'elsewhere' } }),
  'no-audience': () => ({ claims: { aud: undefined } as never }),
  'wrong-issuer': () => ({ claims: { iss: 'https://attacker.example' } }),
  'no-issuer': () => ({ claims: { iss: undefined } as never }),
  expired: () => ({ claims: { iat: inS(-2 * HOUR_S), exp: inS(-HOUR_S) } }),
  'no-expiry': () => ({ claims: { exp: undefined } as never }),
  'expiry-as-text': () => ({ claims: { exp: 'tomorrow' as never } }),
  'endless-expiry-of-an-old-token': () => ({ claims: { iat: inS(-400 * 24 * HOUR_S), exp: 2 ** 50 } }),
  'no-issue-time': () => ({ claims: { iat: undefined } as never }),
  'issued-in-the-future': () => ({ claims: { iat: inS(HOUR_S), exp: inS(2 * HOUR_S) } }),
  'not-valid-yet': () => ({ claims: { nbf: inS(HOUR_S) } }),
  'no-subject': () => ({ claims: { sub: undefined } as never }),
  'bound-to-a-key': () => ({ claims: { cnf: { jkt: 'x' } } }),
  'id-token': () => ({ claims: { nonce: 'n' } }),
  'id-token-by-hash': () => ({ claims: { at_hash: 'x' } }),
  'wrong-type': () => ({ header: { typ: 'logout+jwt' } }),
  'unknown-key-id': () => ({ header: { kid: '../../dev/null' } }),
  'subject-of-a-driver': () => ({ claims: { sub: newId('driver') } }),
  'malformed-id': () => ({ claims: { sub: 'rider_1' } }),
  'subject-with-control-characters': () => ({ claims: { sub: 'a\u0000b' } }),
  'unknown-role': () => ({ claims: { role: 'king' } }),
  'role-constructor': () => ({ claims: { role: '__proto__' } }),
};

/** Tokens without a true signature. */
const UNSIGNED: Record<string, (city: AttackCity) => Promise<string>> = {
  'alg-none': async () => new UnsecuredJWT(goodClaims()).encode(),
  'alg-none-in-capitals': async () => {
    const [, payload] = new UnsecuredJWT(goodClaims()).encode().split('.');
    return `${Buffer.from('{"alg":"nOnE"}').toString('base64url')}.${payload}.`;
  },
  'hmac-with-the-public-key': async ({ urls }) => {
    const { body } = await call(urls.issuer, '/.well-known/jwks.json', { method: 'GET' });
    const [key] = (body as { keys: { kid: string }[] }).keys;
    const secret = new TextEncoder().encode(JSON.stringify(key));
    return new SignJWT(goodClaims()).setProtectedHeader({ alg: 'HS256', kid: key?.kid ?? '' }).sign(secret);
  },
  'hmac-with-the-public-pem': async () => {
    const { publicKey } = await generateKeyPair('ES256', { extractable: true });
    const secret = new TextEncoder().encode(await exportSPKI(publicKey));
    return new SignJWT(goodClaims()).setProtectedHeader({ alg: 'HS256' }).sign(secret);
  },
  'own-key': async () => {
    const { privateKey } = await generateKeyPair('ES256');
    return new SignJWT(goodClaims()).setProtectedHeader({ alg: 'ES256' }).sign(privateKey);
  },
  'own-key-in-the-header': async () => {
    const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
    const { kty, crv, x, y } = await crypto.subtle.exportKey('jwk', publicKey);
    const jwk = { kty, crv, x, y } as never;
    return new SignJWT(goodClaims()).setProtectedHeader({ alg: 'ES256', jwk }).sign(privateKey);
  },
  'cut-signature': async (city) => (await forge(city, {})).slice(0, -4),
  'zero-signature': async (city) =>
    `${(await forge(city, {})).split('.').slice(0, 2).join('.')}.${'A'.repeat(86)}`,
  'other-payload': async (city) => {
    const [head, , signature] = (await forge(city, {})).split('.');
    const payload = Buffer.from(JSON.stringify({ ...goodClaims(), sub: newId('rider') })).toString(
      'base64url',
    );
    return `${head}.${payload}.${signature}`;
  },
  'token-too-long': async () => 'x'.repeat(8_193),
};

/** Every route at the role that it is not for. */
const FOREIGN_ROLES: readonly Attack[] = (['rider', 'driver', 'operator'] as const).map((role) => ({
  id: `foreign-role:${role}`,
  what: `Use the routes of the other roles with the token of a ${role}`,
  run: async (city) => {
    const token = role === 'operator' ? await operatorToken(city) : await personToken(city, role);
    const open: string[] = [];
    for (const { api, method, path, role: needed } of HTTP_ROUTES) {
      if (api === 'issuer' || needed === null || needed === role) continue;
      const target = path
        .replaceAll(/\{(\w+)_id\}/g, (_, kind: string) => newId(kind as never))
        .replace('{matcher}', 'matcher-1');
      const { status } = await call(city.urls[api], target, {
        method,
        token,
        ...(method === 'POST' && { body: {} }),
        headers: { 'idempotency-key': newId('event') },
      });
      if (status !== 403) open.push(`${method} ${path}: ${status}`);
    }
    return outcome(open.length > 0, open);
  },
}));

/** Every operator route without the scope that it needs. */
const MISSING_SCOPES: readonly Attack[] = HTTP_ROUTES.filter(({ scope }) => scope !== undefined).map(
  ({ method, path, scope: needed }) => ({
    id: `missing-scope:${method}:${path}`,
    what: `Use ${method} ${path} as an operator with all scopes but ${needed}`,
    run: async (city) => {
      const all = ['ops.read', 'ops.write', 'ops.force', 'integrations'] as const;
      const token = await operatorToken(
        city,
        all.filter((scope) => scope !== needed),
      );
      const target = path
        .replaceAll(/\{(\w+)_id\}/g, (_, kind: string) => newId(kind as never))
        .replace('{matcher}', 'matcher-1');
      return refusedWith(
        [403],
        await call(city.urls.trips, target, { method, token, ...(method === 'POST' && { body: REASON }) }),
      );
    },
  }),
);

export const TOKENS: readonly Attack[] = [
  ...Object.entries(FORGERIES).map(([id, forgery]) => ({
    id,
    what: `Use a token of the true issuer that is false in one point: ${id}`,
    run: async (city: AttackCity) => present(city, await forge(city, forgery())),
  })),
  ...Object.entries(UNSIGNED).map(([id, make]) => ({
    id,
    what: `Use a token that the issuer has not signed: ${id}`,
    run: async (city: AttackCity) => present(city, await make(city)),
  })),
  ...FOREIGN_ROLES,
  ...MISSING_SCOPES,
];
