import type { OperationExample } from './example.ts';
import { IDS } from './values.ts';

const ISSUER = 'http://127.0.0.1:8082';
const JWT = 'eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJyaWRlciJ9.c2ln';
const AUTHORIZATION = {
  client_id: 'console',
  redirect_uri: 'http://127.0.0.1:8084/callback',
  response_type: 'code',
  scope: 'openid',
  state: 'af0ifjsldkj',
  nonce: 'n-0S6_WzA2Mj',
  code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
  code_challenge_method: 'S256',
};

export const ISSUER_EXAMPLES: Readonly<Record<string, OperationExample>> = {
  issueToken: {
    request: { role: 'rider', subject: IDS.rider, ttl_s: 3_600 },
    answer: {
      token: 'eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJyaWRlciJ9.c2ln',
      subject: IDS.rider,
      expires_in_s: 3_600,
    },
  },
  getKeys: {
    answer: {
      keys: [
        {
          kty: 'EC',
          crv: 'P-256',
          x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
          y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
          kid: '2026-03',
          alg: 'ES256',
          use: 'sig',
        },
      ],
    },
  },
  askWhoSignsIn: { answer: '<!doctype html><title>Sign in</title>' },
  signIn: { request: { ...AUTHORIZATION, person: 'rider', as: 'Ana' }, answer: undefined },
  exchangeGrant: {
    request: {
      grant_type: 'authorization_code',
      code: 'n4bQgYhMfWWaL-qgxVrQFaO_TxsrC4Is0V1sFbDwCgg',
      redirect_uri: AUTHORIZATION.redirect_uri,
      code_verifier: 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk',
      client_id: AUTHORIZATION.client_id,
    },
    answer: {
      access_token: JWT,
      token_type: 'Bearer',
      expires_in: 43_200,
      scope: 'openid',
      refresh_token: 'LPJNul-wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ',
      id_token: JWT,
    },
  },
  getUserinfo: { answer: { sub: IDS.rider, role: 'rider' } },
  getUserinfoByPost: { answer: { sub: IDS.rider, role: 'rider' } },
  endSession: { answer: '<!doctype html><title>Signed out</title>' },
  getOpenidConfiguration: {
    answer: {
      issuer: ISSUER,
      authorization_endpoint: `${ISSUER}/authorize`,
      token_endpoint: `${ISSUER}/oauth/token`,
      userinfo_endpoint: `${ISSUER}/userinfo`,
      end_session_endpoint: `${ISSUER}/oauth/end-session`,
      jwks_uri: `${ISSUER}/.well-known/jwks.json`,
      scopes_supported: ['openid', 'offline_access', 'ops.read'],
      response_types_supported: ['code'],
      response_modes_supported: ['query'],
      grant_types_supported: ['authorization_code', 'refresh_token'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['ES256'],
      token_endpoint_auth_methods_supported: ['none', 'client_secret_basic', 'client_secret_post'],
      code_challenge_methods_supported: ['S256'],
      claims_supported: ['sub', 'role', 'name', 'nonce', 'auth_time'],
      acr_values_supported: ['operator', 'viewer', 'rider', 'driver'],
      authorization_response_iss_parameter_supported: true,
      request_uri_parameter_supported: false,
    },
  },
};
