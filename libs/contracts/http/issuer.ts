import { z } from 'zod';
import { role, scope } from '../ids.ts';
import { defineRoute } from './route.ts';

export const tokenRequest = z
  .strictObject({
    role,
    subject: z
      .string()
      .regex(/^[\x20-\x7e]{1,255}$/)
      .optional()
      .meta({ description: 'an id of that role, or a subject as providers have it; default: a new id' }),
    scopes: z
      .array(scope)
      .max(scope.options.length)
      .optional()
      .meta({ description: "of an operator's token; default: all of them" }),
    ttl_s: z.int().min(1).max(86_400).optional(),
  })
  .meta({ id: 'TokenRequest' });
export type TokenRequest = z.infer<typeof tokenRequest>;

export const tokenResponse = z
  .object({ token: z.string(), subject: z.string(), expires_in_s: z.int() })
  .meta({ id: 'Token' });
export type TokenResponse = z.infer<typeof tokenResponse>;

export const postToken = defineRoute({
  api: 'issuer',
  method: 'POST',
  path: '/v1/tokens',
  operationId: 'issueToken',
  tag: 'tokens',
  summary: 'A development token for any role; this service refuses to run in production mode',
  role: null,
  body: tokenRequest,
  response: tokenResponse,
  status: 201,
  errors: [],
});

export const publicJwk = z
  .object({
    kty: z.literal('EC'),
    crv: z.string(),
    x: z.string(),
    y: z.string(),
    kid: z.string(),
    alg: z.string(),
    use: z.literal('sig'),
  })
  .meta({ id: 'PublicJwk', description: 'RFC 7517 public key' });
export type PublicJwk = z.infer<typeof publicJwk>;

export const jwks = z.object({ keys: z.array(publicJwk) }).meta({ id: 'Jwks' });
export type Jwks = z.infer<typeof jwks>;

export const getJwks = defineRoute({
  api: 'issuer',
  method: 'GET',
  path: '/.well-known/jwks.json',
  operationId: 'getKeys',
  tag: 'tokens',
  summary: 'The public keys that verify tokens',
  role: null,
  response: jwks,
  status: 200,
  errors: [],
});
