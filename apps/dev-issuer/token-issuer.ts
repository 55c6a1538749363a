import { createHash } from 'node:crypto';
import { createLocalJWKSet, errors, jwtVerify, SignJWT } from 'jose';
import {
  HailgridError,
  newId,
  role as aRole,
  scope,
  subjectId,
  type Role,
  type TokenRequest,
  type TokenResponse,
  type Userinfo,
} from '#libs/contracts';
import { SIGNING_ALGORITHM, type SigningKey } from './signing-key.ts';

export interface IssuerSettings {
  jwtIssuer: string;
  jwtAudience: string;
  tokenTtlS: number;
}

/** How long a client may take to read an ID token: it is proof of a sign-in, not a session. */
const ID_TOKEN_TTL_S = 10 * 60;

export interface SignedInPerson {
  /** Address of this issuer, as the client knows it; access tokens have the name that the APIs trust. */
  issuerUrl: string;
  clientId: string;
  subject: string;
  role: Role;
  name: string | undefined;
  nonce: string | undefined;
  signedInAtS: number;
  accessToken: string;
}

/** Signs a token for any caller. Times are wall time: tokens do not follow the service clock. */
export class TokenIssuer {
  readonly #key: SigningKey;
  readonly #settings: IssuerSettings;

  constructor(key: SigningKey, settings: IssuerSettings) {
    this.#key = key;
    this.#settings = settings;
  }

  /** Throws `invalid_request` if the subject is an id of another role. */
  async issue({ role, subject = newId(role), scopes, ttl_s }: TokenRequest): Promise<TokenResponse> {
    if (subjectId.safeParse(subject).success && !subject.startsWith(`${role}_`)) {
      throw new HailgridError('invalid_request', `subject ${subject} for role ${role}`, {
        issues: [{ pointer: '/subject', message: `the id of a ${role} starts with ${role}_` }],
      });
    }
    const expiresInS = ttl_s ?? this.#settings.tokenTtlS;
    const granted = scopes ?? (role === 'operator' ? scope.options : []);
    const token = await new SignJWT({ role, ...(granted.length > 0 && { scope: granted.join(' ') }) })
      .setProtectedHeader({ alg: SIGNING_ALGORITHM, kid: this.#key.publicJwk.kid, typ: 'JWT' })
      .setSubject(subject)
      .setIssuer(this.#settings.jwtIssuer)
      .setAudience(this.#settings.jwtAudience)
      .setIssuedAt()
      .setExpirationTime(`${expiresInS}s`)
      .sign(this.#key.privateKey);
    return { token, subject, expires_in_s: expiresInS };
  }

  /** An ID token (OpenID Connect Core, 2). `at_hash` marks it, also without a nonce: no API takes it for an access token. */
  issueIdToken(person: SignedInPerson): Promise<string> {
    const { issuerUrl, clientId, subject, role, name, nonce, signedInAtS, accessToken } = person;
    return new SignJWT({
      role,
      auth_time: signedInAtS,
      at_hash: createHash('sha256').update(accessToken).digest().subarray(0, 16).toString('base64url'),
      ...(name !== undefined && { name }),
      ...(nonce !== undefined && { nonce }),
    })
      .setProtectedHeader({ alg: SIGNING_ALGORITHM, kid: this.#key.publicJwk.kid, typ: 'JWT' })
      .setSubject(subject)
      .setIssuer(issuerUrl)
      .setAudience(clientId)
      .setIssuedAt()
      .setExpirationTime(`${ID_TOKEN_TTL_S}s`)
      .sign(this.#key.privateKey);
  }

  /** Whose access token the header `Authorization` has. Throws `unauthenticated` or `token_expired`. */
  async holderOf(authorization: string | undefined): Promise<Userinfo> {
    const token = /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1];
    if (token === undefined) throw new HailgridError('unauthenticated', 'no bearer token');
    try {
      const { payload } = await jwtVerify(token, createLocalJWKSet({ keys: [this.#key.publicJwk] }), {
        issuer: this.#settings.jwtIssuer,
        audience: this.#settings.jwtAudience,
        algorithms: [SIGNING_ALGORITHM],
      });
      if (payload['at_hash'] !== undefined) throw new Error('it is an ID token');
      const { sub = '', scope: scopes } = payload;
      return {
        sub,
        role: aRole.parse(payload['role']),
        ...(typeof scopes === 'string' && { scope: scopes }),
      };
    } catch (error) {
      if (error instanceof errors.JWTExpired)
        throw new HailgridError('token_expired', error.message, { cause: error });
      throw new HailgridError('unauthenticated', 'token refused', { cause: error });
    }
  }
}
