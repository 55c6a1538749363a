import {
  HailgridError,
  playedPerson,
  scope,
  type AuthorizationQuery,
  type PlayedPerson,
  type Scope,
} from '#libs/contracts';
import type { RedirectAddresses } from './redirect-addresses.ts';

/** A request that a person may answer with a button. */
export interface AuthorizationRequest {
  readonly clientId: string;
  /** As the client wrote it: it is compared with that of the token request. */
  readonly redirectUri: string;
  readonly target: URL;
  readonly codeChallenge: string;
  readonly nonce: string | undefined;
  readonly state: string | undefined;
  /** Whether an ID token is asked for. */
  readonly openid: boolean;
  /** The scopes of this system that the client asks for; undefined: all that the person has. */
  readonly scopes: readonly Scope[] | undefined;
  /** The persons that the page offers. */
  readonly offered: readonly PlayedPerson[];
}

/** The client learns at its own address what is wrong (RFC 6749, 4.1.2.1). */
export interface SentBack {
  readonly target: URL;
  readonly state: string | undefined;
  readonly error: string;
  readonly description: string;
}

export type Judged = { readonly ask: AuthorizationRequest } | { readonly sendBack: SentBack };

/** A SHA-256 in base64url. */
const S256_CHALLENGE = /^[\w-]{43}$/;

/** Throws `invalid_request` if there is no known address to return to: a browser is sent to no stranger. */
export function judgeAuthorization(query: AuthorizationQuery, addresses: RedirectAddresses): Judged {
  const target = addresses.read(query.redirect_uri);
  if (target === undefined)
    throw new HailgridError('invalid_request', `redirect_uri ${query.redirect_uri}`, {
      issues: [
        {
          pointer: '/redirect_uri',
          message: 'is neither on loopback (127.0.0.1, localhost, [::1]) nor in HAILGRID_SIGN_IN_REDIRECTS',
        },
      ],
    });
  const { state } = query;
  const fault = faultOf(query);
  if (fault !== undefined) return { sendBack: { target, state, error: fault[0], description: fault[1] } };
  const words = new Set(query.scope?.split(' '));
  const scopes = scope.options.filter((one) => words.has(one));
  return {
    ask: {
      clientId: query.client_id,
      redirectUri: query.redirect_uri,
      target,
      codeChallenge: query.code_challenge ?? '',
      nonce: query.nonce,
      state,
      openid: words.has('openid'),
      scopes: scopes.length > 0 ? scopes : undefined,
      offered: offeredPersons(query),
    },
  };
}

function faultOf(query: AuthorizationQuery): [error: string, description: string] | undefined {
  const { response_type, response_mode = 'query', code_challenge = '', code_challenge_method } = query;
  if (query.request !== undefined) return ['request_not_supported', 'request objects are not supported'];
  if (query.request_uri !== undefined)
    return ['request_uri_not_supported', 'request objects are not supported'];
  if (response_type === undefined) return ['invalid_request', 'response_type is missing'];
  if (response_type !== 'code') return ['unsupported_response_type', 'response_type must be code'];
  if (response_mode !== 'query') return ['invalid_request', 'response_mode must be query'];
  if (code_challenge_method !== 'S256')
    return ['invalid_request', 'code_challenge_method must be S256: PKCE is required'];
  if (!S256_CHALLENGE.test(code_challenge))
    return ['invalid_request', 'code_challenge must be a SHA-256 in base64url'];
  if (query.prompt?.split(' ').includes('none') === true)
    return ['login_required', 'the issuer keeps no sessions, so each sign-in needs the page'];
  return undefined;
}

/** The one person that the client names; otherwise all of them. */
function offeredPersons({ role, login_hint, acr_values }: AuthorizationQuery): readonly PlayedPerson[] {
  for (const hint of [role, login_hint, ...(acr_values?.split(' ') ?? [])]) {
    const person = playedPerson.safeParse(hint).data;
    if (person !== undefined) return [person];
  }
  return playedPerson.options;
}
