import { createRemoteJWKSet, errors, jwtVerify } from 'jose';
import { z } from 'zod';
import { HailgridError, role, subjectId, type Role } from '#libs/contracts';

/** The caller that a token identifies; the id's prefix is the role. */
export interface Caller {
  role: Role;
  /** `rider_…`, `driver_…` or `operator_…`. */
  id: string;
}

export interface TokenSettings {
  jwksUrl: string;
  jwtIssuer: string;
  jwtAudience: string;
}

const claims = z
  .object({
    sub: subjectId,
    role,
  })
  .refine((claimed) => claimed.sub.startsWith(`${claimed.role}_`), 'the subject is of another role');

/** How far the issuer's clock may differ from ours. */
const CLOCK_TOLERANCE_S = 5;
/** How long a request for the issuer's public keys may take. */
const JWKS_TIMEOUT_MS = 3_000;
/** Asymmetric signatures only: excludes `none`, and HMAC with the public key as its secret. */
const ALGORITHMS = ['ES256', 'EdDSA', 'RS256', 'PS256'];

/** Codes of `jose` for a key set that is missing or malformed: the issuer's fault, not the token's. */
const ISSUER_FAULTS: ReadonlySet<string> = new Set([
  errors.JWKSTimeout.code,
  errors.JWKSInvalid.code,
  errors.JOSEError.code,
]);

/**
 * Verifies bearer tokens against the issuer's published keys. Expiry is in real time, whatever the service clock
 * does.
 */
export class TokenVerifier {
  readonly #keys: ReturnType<typeof createRemoteJWKSet>;
  readonly #settings: TokenSettings;

  constructor(settings: TokenSettings) {
    this.#settings = settings;
    this.#keys = createRemoteJWKSet(new URL(settings.jwksUrl), { timeoutDuration: JWKS_TIMEOUT_MS });
  }

  /** Throws `unauthenticated`, `token_expired`, or `unavailable` if the keys cannot be read. */
  async verify(authorization: string | undefined): Promise<Caller> {
    const token = /^Bearer (\S+)$/i.exec(authorization ?? '')?.[1];
    if (token === undefined) throw new HailgridError('unauthenticated', 'no bearer token');
    try {
      const { payload } = await jwtVerify(token, this.#keys, {
        issuer: this.#settings.jwtIssuer,
        audience: this.#settings.jwtAudience,
        algorithms: ALGORITHMS,
        clockTolerance: CLOCK_TOLERANCE_S,
        requiredClaims: ['exp', 'sub'],
      });
      const { sub, role } = claims.parse(payload);
      return { id: sub, role };
    } catch (error) {
      throw refusal(error);
    }
  }
}

function refusal(error: unknown): HailgridError {
  if (error instanceof errors.JWTExpired)
    return new HailgridError('token_expired', 'token expired', { cause: error });
  const ofToken = error instanceof errors.JOSEError && !ISSUER_FAULTS.has(error.code);
  if (ofToken || error instanceof z.ZodError)
    return new HailgridError('unauthenticated', 'token refused', { cause: error });
  return new HailgridError('unavailable', 'the issuer does not answer', { cause: error });
}
