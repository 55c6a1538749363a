import { errors, jwtVerify, type JWTPayload } from 'jose';
import { HailgridError, MAX_TOKEN_LENGTH, type Role } from '#libs/contracts';
import { claimAt, misuse, rolesOf, scopesOf, valuesOf } from './claims.ts';
import { IssuerKeys } from './issuer-keys.ts';
import type { TokenSettings } from './token-config.ts';

/** What a verified token says. */
export interface AccessToken {
  readonly issuer: string;
  /** As the issuer names its holder; not an internal id. */
  readonly subject: string;
  readonly roles: readonly Role[];
  readonly scopes: readonly string[];
  /** Until when this process accepts it, wall time. */
  readonly expiresAtMs: number;
  /** The token itself. Never logged. */
  readonly text: string;
}

/** How far the issuer's clock may differ from ours. */
const CLOCK_TOLERANCE_S = 5;
/** How long a subject may be (OpenID Connect Core, 2); it becomes part of a key in Postgres. */
export const MAX_SUBJECT_LENGTH = 255;
/** Asymmetric signatures only: excludes `none`, and HMAC with the public key as its secret. */
const ALGORITHMS = ['ES256', 'ES384', 'EdDSA', 'Ed25519', 'RS256', 'RS384', 'RS512', 'PS256'];
/** Printable ASCII: a subject is compared, stored and logged byte by byte. */
const SUBJECT = new RegExp(`^[\\x20-\\x7e]{1,${MAX_SUBJECT_LENGTH}}$`);

/**
 * Verifies access tokens against the issuer's published keys. Expiry is in real time, whatever the service clock
 * does.
 */
export class TokenVerifier {
  readonly #keys: IssuerKeys;
  readonly #settings: TokenSettings;

  constructor(settings: TokenSettings, keys = new IssuerKeys(settings)) {
    this.#settings = settings;
    this.#keys = keys;
  }

  /** Verifies a header `Authorization`. Throws as {@link verifyToken} does. */
  async verify(authorization: string | undefined): Promise<AccessToken> {
    const token = /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1];
    if (token === undefined) throw new HailgridError('unauthenticated', 'no bearer token');
    return this.verifyToken(token);
  }

  /** Throws `unauthenticated`, `token_expired`, or `unavailable` if nobody knows the keys. */
  async verifyToken(token: string): Promise<AccessToken> {
    if (token.length > MAX_TOKEN_LENGTH)
      throw refusedToken(`it is longer than ${MAX_TOKEN_LENGTH} characters`);
    const { jwtIssuer, jwtMaxAgeS, jwtAcceptIdTokens } = this.#settings;
    try {
      const { payload, protectedHeader } = await jwtVerify(token, this.#keys.keyOf, {
        issuer: jwtIssuer,
        algorithms: ALGORITHMS,
        clockTolerance: CLOCK_TOLERANCE_S,
        maxTokenAge: jwtMaxAgeS,
        requiredClaims: ['exp', 'iat', 'sub'],
      });
      this.#checkAudience(payload);
      const why = misuse(protectedHeader, payload, { acceptIdTokens: jwtAcceptIdTokens });
      if (why !== undefined) throw refusedToken(why);
      return this.#read(payload, token);
    } catch (error) {
      throw refusal(error);
    }
  }

  #checkAudience(payload: JWTPayload): void {
    const { jwtAudience, jwtAudienceClaim } = this.#settings;
    const audiences = valuesOf(claimAt(payload, jwtAudienceClaim));
    if (!audiences.includes(jwtAudience))
      throw refusedToken(`claim ${jwtAudienceClaim} is not ${JSON.stringify(jwtAudience)}`);
  }

  #read(payload: JWTPayload, text: string): AccessToken {
    const { iss = '', sub = '', exp = 0, iat = 0 } = payload;
    if (!SUBJECT.test(sub))
      throw refusedToken(`claim sub is not 1 to ${MAX_SUBJECT_LENGTH} ASCII characters`);
    const endsAtS = Math.min(exp, iat + this.#settings.jwtMaxAgeS);
    const {
      jwtRoleClaim: roleClaim,
      jwtRoles: roles,
      jwtScopeClaim: scopeClaim,
      jwtScopePrefix: scopePrefix,
    } = this.#settings;
    const mapping = { roleClaim, roles, scopeClaim, scopePrefix };
    return {
      issuer: iss,
      subject: sub,
      roles: rolesOf(payload, mapping),
      scopes: scopesOf(payload, mapping),
      expiresAtMs: (endsAtS + CLOCK_TOLERANCE_S) * 1_000,
      text,
    };
  }
}

/** The reason is for the log only: a forger learns nothing from the answer. */
function refusedToken(why: string, cause?: unknown): HailgridError {
  return new HailgridError('unauthenticated', `token refused: ${why}`, cause === undefined ? {} : { cause });
}

function refusal(error: unknown): unknown {
  if (error instanceof errors.JWTExpired)
    return new HailgridError('token_expired', `token expired: ${error.message}`, { cause: error });
  if (error instanceof errors.JOSEError && !(error instanceof errors.JWKSInvalid))
    return refusedToken(error.message, error);
  if (error instanceof HailgridError) return error;
  return new HailgridError('unavailable', 'the token cannot be verified', { cause: error });
}
