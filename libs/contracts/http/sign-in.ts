import { z } from 'zod';
import { role, scope } from '../ids.ts';
import { keptText, typedText } from '../text.ts';
import { defineRoute } from './route.ts';

/** How many characters a parameter of OAuth may have: a sealed state fits, an address stays below the limit of headers. */
const MAX_PARAMETER_CHARS = 2_048;
/** How many characters a code, a verifier or a refresh token has at most (RFC 7636, 4.1). */
const MAX_SECRET_CHARS = 128;
/** How many characters the name of a played person has at most. */
const MAX_PLAYED_NAME_CHARS = 40;

/** Text of a program: printable ASCII (VSCHAR of RFC 6749, appendix A). */
const parameter = z.string().regex(new RegExp(`^[\\x20-\\x7e]{0,${MAX_PARAMETER_CHARS}}$`));
const oneTimeSecret = z.string().regex(new RegExp(`^[\\w.~-]{1,${MAX_SECRET_CHARS}}$`));
const subject = z.string().regex(/^[\x20-\x7e]{1,255}$/);
const htmlPage = z.string().regex(/^<!doctype html>/);

/** Whom the page of the dev-issuer offers to be. A viewer is an operator with the scope `ops.read` only. */
export const playedPerson = z.enum(['operator', 'viewer', 'rider', 'driver']);
export type PlayedPerson = z.infer<typeof playedPerson>;

/** Further parameters are ignored, as OAuth demands. */
export const authorizationQuery = z.object({
  client_id: parameter.min(1).meta({ description: 'any name' }),
  redirect_uri: parameter.min(1).meta({ description: 'on loopback, or in HAILGRID_SIGN_IN_REDIRECTS' }),
  response_type: parameter.optional().meta({ description: 'code' }),
  response_mode: parameter.optional().meta({ description: 'query, the default' }),
  scope: parameter
    .optional()
    .meta({ description: 'openid for an ID token; scopes of operators for these only' }),
  state: parameter.optional().meta({ description: 'comes back as it is' }),
  nonce: parameter.optional().meta({ description: 'comes back in the ID token' }),
  code_challenge: parameter.optional().meta({ description: 'the SHA-256 of the verifier in base64url' }),
  code_challenge_method: parameter.optional().meta({ description: 'S256' }),
  prompt: parameter.optional().meta({ description: 'none is refused: there is always the page' }),
  request: parameter.optional().meta({ description: 'not supported' }),
  request_uri: parameter.optional().meta({ description: 'not supported' }),
  role: parameter
    .optional()
    .meta({ description: `one of ${playedPerson.options.join(', ')}: the page offers this one only` }),
  login_hint: parameter.optional().meta({ description: 'like role' }),
  acr_values: parameter.optional().meta({ description: 'like role' }),
});
export type AuthorizationQuery = z.infer<typeof authorizationQuery>;

export const authorizationForm = authorizationQuery
  .extend({
    person: playedPerson,
    as: z
      .union([typedText(MAX_PLAYED_NAME_CHARS), z.literal('')])
      .optional()
      .meta({ description: 'a name: the same name gives the same subject; without it the subject is new' }),
  })
  .meta({ id: 'AuthorizationForm' });
export type AuthorizationForm = z.infer<typeof authorizationForm>;

export const getAuthorize = defineRoute({
  api: 'issuer',
  method: 'GET',
  path: '/authorize',
  operationId: 'askWhoSignsIn',
  tag: 'sign-in',
  summary: 'OAuth authorization endpoint: a page with one button per role. Code flow with PKCE (S256) only',
  role: null,
  query: authorizationQuery,
  response: htmlPage,
  status: 200,
  page: true,
  mayRedirect: true,
  errors: [],
});

export const postAuthorize = defineRoute({
  api: 'issuer',
  method: 'POST',
  path: '/authorize',
  operationId: 'signIn',
  tag: 'sign-in',
  summary: 'A button of that page: back to the client, with a code',
  role: null,
  body: authorizationForm,
  form: true,
  response: z.undefined(),
  status: 303,
  errors: [],
});

export const GRANT_TYPES = ['authorization_code', 'refresh_token'] as const;
const oneOfGrantTypes = z.enum(GRANT_TYPES);

export const tokenForm = z
  .object({
    grant_type: parameter.meta({ description: GRANT_TYPES.join(' or ') }),
    code: oneTimeSecret.optional(),
    redirect_uri: parameter.optional(),
    code_verifier: oneTimeSecret.optional(),
    refresh_token: oneTimeSecret.optional(),
    scope: parameter.optional().meta({ description: 'at a refresh: fewer scopes than were granted' }),
    client_id: parameter.optional().meta({ description: 'unless in the header Authorization (Basic)' }),
    client_secret: parameter.optional(),
  })
  .meta({ id: 'TokenForm' });
export type TokenForm = z.infer<typeof tokenForm>;

/** The codes of RFC 6749, 5.2, that the token endpoint uses. */
export const oauthErrorCode = z.enum([
  'invalid_request',
  'invalid_client',
  'invalid_grant',
  'invalid_scope',
  'unsupported_grant_type',
]);
export type OAuthErrorCode = z.infer<typeof oauthErrorCode>;

export const oauthRefusal = z
  .object({ error: oauthErrorCode, error_description: keptText })
  .meta({ id: 'OAuthRefusal' });
export type OAuthRefusal = z.infer<typeof oauthRefusal>;

export const grantedTokens = z
  .object({
    access_token: z.jwt(),
    token_type: z.literal('Bearer'),
    expires_in: z.int(),
    scope: parameter,
    refresh_token: oneTimeSecret,
    id_token: z.jwt().optional().meta({ description: 'if the scope openid was asked for' }),
  })
  .meta({ id: 'GrantedTokens' });
export type GrantedTokens = z.infer<typeof grantedTokens>;

export const postOauthToken = defineRoute({
  api: 'issuer',
  method: 'POST',
  path: '/oauth/token',
  operationId: 'exchangeGrant',
  tag: 'sign-in',
  summary: 'OAuth token endpoint: tokens for a code and its PKCE verifier, or for a refresh token',
  role: null,
  body: tokenForm,
  form: true,
  response: grantedTokens,
  status: 200,
  oauthErrors: true,
  errors: [],
});

export const userinfo = z
  .object({ sub: subject, role, scope: parameter.optional() })
  .meta({ id: 'Userinfo', description: 'whose access token it is' });
export type Userinfo = z.infer<typeof userinfo>;

export const getUserinfo = defineRoute({
  api: 'issuer',
  method: 'GET',
  path: '/userinfo',
  operationId: 'getUserinfo',
  tag: 'sign-in',
  summary: 'OpenID userinfo endpoint: whose access token it is',
  role: null,
  anyToken: true,
  response: userinfo,
  status: 200,
  errors: [],
});

export const postUserinfo = defineRoute({
  ...getUserinfo,
  method: 'POST',
  operationId: 'getUserinfoByPost',
});

const endSessionQuery = z.object({
  post_logout_redirect_uri: parameter
    .optional()
    .meta({ description: 'on loopback, or in HAILGRID_SIGN_IN_REDIRECTS' }),
  state: parameter.optional().meta({ description: 'comes back as it is' }),
  client_id: parameter.optional().meta({ description: 'any name' }),
});

/** The issuer keeps no sessions: it only sends the browser back. */
export const getEndSession = defineRoute({
  api: 'issuer',
  method: 'GET',
  path: '/oauth/end-session',
  operationId: 'endSession',
  tag: 'sign-in',
  summary: 'OpenID end-session endpoint: back to post_logout_redirect_uri, or a page if there is none',
  role: null,
  query: endSessionQuery,
  response: htmlPage,
  status: 200,
  page: true,
  mayRedirect: true,
  errors: [],
});
export type EndSessionQuery = z.infer<typeof endSessionQuery>;

export const openidConfiguration = z
  .object({
    issuer: z.url(),
    authorization_endpoint: z.url(),
    token_endpoint: z.url(),
    userinfo_endpoint: z.url(),
    end_session_endpoint: z.url(),
    jwks_uri: z.url(),
    scopes_supported: z.array(z.enum(['openid', 'offline_access', ...scope.options])),
    response_types_supported: z.array(z.literal('code')),
    response_modes_supported: z.array(z.literal('query')),
    grant_types_supported: z.array(oneOfGrantTypes),
    subject_types_supported: z.array(z.literal('public')),
    id_token_signing_alg_values_supported: z.array(z.literal('ES256')),
    token_endpoint_auth_methods_supported: z.array(
      z.enum(['none', 'client_secret_basic', 'client_secret_post']),
    ),
    code_challenge_methods_supported: z.array(z.literal('S256')),
    claims_supported: z.array(z.enum(['sub', 'role', 'name', 'nonce', 'auth_time'])),
    acr_values_supported: z.array(playedPerson),
    authorization_response_iss_parameter_supported: z.literal(true),
    request_uri_parameter_supported: z.literal(false),
  })
  .meta({ id: 'OpenidConfiguration', description: 'OpenID Connect Discovery 1.0, 3' });
export type OpenidConfiguration = z.infer<typeof openidConfiguration>;

export const getOpenidConfiguration = defineRoute({
  api: 'issuer',
  method: 'GET',
  path: '/.well-known/openid-configuration',
  operationId: 'getOpenidConfiguration',
  tag: 'sign-in',
  summary: 'What an OpenID client needs to sign people in here',
  role: null,
  response: openidConfiguration,
  status: 200,
  errors: [],
});
