import { createHash, timingSafeEqual } from 'node:crypto';
import type { AuthorizationForm, GrantedTokens, Role, Scope, TokenForm } from '#libs/contracts';
import type { TokenIssuer } from '../token-issuer.ts';
import type { AuthorizationRequest } from './authorization-request.ts';
import { OAuthError } from './oauth-error.ts';
import { OneTimeSecrets, type Revocable, type SecretLimits } from './one-time-secrets.ts';
import { PERSONS, subjectOf } from './played-persons.ts';

/** How long a client has to exchange a code, wall time (RFC 6749, 4.1.2: short). */
const CODE_TTL_MS = 60_000;
/** How many codes are remembered: the sign-ins of one minute. */
const MAX_CODES = 1_000;
/** How long a client that does not refresh stays signed in, wall time. */
const REFRESH_TTL_MS = 7 * 24 * 60 * 60 * 1_000;
/** How many refresh tokens are remembered, used ones too. */
const MAX_REFRESH_TOKENS = 10_000;

const CODES: SecretLimits = { ttlMs: CODE_TTL_MS, maxCount: MAX_CODES };
const REFRESH_TOKENS: SecretLimits = { ttlMs: REFRESH_TTL_MS, maxCount: MAX_REFRESH_TOKENS };

/** Scopes of OpenID, which every sign-in has. */
const OPENID_SCOPES: ReadonlySet<string> = new Set(['openid', 'offline_access']);

/** What a person allowed a client by a button. */
interface SignIn extends Revocable {
  readonly request: AuthorizationRequest;
  readonly role: Role;
  readonly scopes: readonly Scope[];
  readonly subject: string;
  readonly name: string | undefined;
  readonly atS: number;
}

/** The sign-ins of this process, from button to refresh. A restart forgets them. */
export class SignIns {
  readonly #tokens: TokenIssuer;
  readonly #now: () => number;
  readonly #codes: OneTimeSecrets<SignIn>;
  readonly #refreshTokens: OneTimeSecrets<SignIn>;

  constructor(tokens: TokenIssuer, now: () => number) {
    this.#tokens = tokens;
    this.#now = now;
    this.#codes = new OneTimeSecrets(CODES, now);
    this.#refreshTokens = new OneTimeSecrets(REFRESH_TOKENS, now);
  }

  /** The code of a new sign-in. */
  begin(request: AuthorizationRequest, { person, as }: Pick<AuthorizationForm, 'person' | 'as'>): string {
    const { role, scopes } = PERSONS[person];
    const name = as === '' ? undefined : as;
    return this.#codes.give({
      request,
      role,
      scopes: request.scopes === undefined ? scopes : scopes.filter((one) => request.scopes?.includes(one)),
      subject: subjectOf(role, name),
      name,
      atS: Math.floor(this.#now() / 1_000),
      revoked: false,
    });
  }

  /** Tokens for a code or a refresh token. Throws {@link OAuthError}. */
  async exchange(issuerUrl: string, clientId: string, form: TokenForm): Promise<GrantedTokens> {
    switch (form.grant_type) {
      case 'authorization_code':
        return this.#codeGrant(issuerUrl, this.#signInOfCode(clientId, form));
      case 'refresh_token':
        return this.#refresh(issuerUrl, clientId, form);
      default:
        throw new OAuthError(
          'unsupported_grant_type',
          'grant_type must be authorization_code or refresh_token',
        );
    }
  }

  #signInOfCode(clientId: string, { code, code_verifier, redirect_uri }: TokenForm): SignIn {
    if (code === undefined || code_verifier === undefined)
      throw new OAuthError('invalid_request', 'code and code_verifier are needed');
    const signIn = this.#codes.take(code);
    if (signIn === undefined) throw new OAuthError('invalid_grant', 'the code is unknown, used or expired');
    const { request } = signIn;
    if (request.clientId !== clientId)
      throw new OAuthError('invalid_grant', 'the code was given to another client');
    if (request.redirectUri !== redirect_uri)
      throw new OAuthError('invalid_grant', 'redirect_uri is not the one of the authorization request');
    if (!isEqual(createHash('sha256').update(code_verifier).digest('base64url'), request.codeChallenge))
      throw new OAuthError('invalid_grant', 'code_verifier does not fit the code_challenge');
    return signIn;
  }

  async #refresh(issuerUrl: string, clientId: string, form: TokenForm): Promise<GrantedTokens> {
    if (form.refresh_token === undefined) throw new OAuthError('invalid_request', 'refresh_token is needed');
    const signIn = this.#refreshTokens.take(form.refresh_token);
    if (signIn === undefined || signIn.request.clientId !== clientId)
      throw new OAuthError(
        'invalid_grant',
        'the refresh token is unknown, used, expired or another client’s',
      );
    const asked: readonly string[] = form.scope?.split(' ') ?? signIn.scopes;
    if (!asked.every((word) => OPENID_SCOPES.has(word) || signIn.scopes.some((one) => one === word)))
      throw new OAuthError('invalid_scope', 'a refresh cannot give more scopes than the sign-in');
    // Without a nonce: that belongs to the sign-in (OpenID Connect Core, 12.2).
    return this.#grant(issuerUrl, signIn, {
      scopes: signIn.scopes.filter((one) => asked.includes(one)),
      nonce: undefined,
    });
  }

  #codeGrant(issuerUrl: string, signIn: SignIn): Promise<GrantedTokens> {
    return this.#grant(issuerUrl, signIn, { scopes: signIn.scopes, nonce: signIn.request.nonce });
  }

  async #grant(
    issuerUrl: string,
    signIn: SignIn,
    { scopes, nonce }: { scopes: readonly Scope[]; nonce: string | undefined },
  ): Promise<GrantedTokens> {
    const { role, subject, name, atS, request } = signIn;
    const { token, expires_in_s } = await this.#tokens.issue({ role, subject, scopes: [...scopes] });
    const idToken = (): Promise<string> =>
      this.#tokens.issueIdToken({
        issuerUrl,
        clientId: request.clientId,
        subject,
        role,
        name,
        nonce,
        signedInAtS: atS,
        accessToken: token,
      });
    return {
      access_token: token,
      token_type: 'Bearer',
      expires_in: expires_in_s,
      scope: [...(request.openid ? ['openid'] : []), ...scopes].join(' '),
      refresh_token: this.#refreshTokens.give(signIn),
      ...(request.openid && { id_token: await idToken() }),
    };
  }
}

function isEqual(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}
