import { SignJWT } from 'jose';
import {
  HailgridError,
  newId,
  scope,
  subjectId,
  type TokenRequest,
  type TokenResponse,
} from '#libs/contracts';
import { SIGNING_ALGORITHM, type SigningKey } from './signing-key.ts';

export interface IssuerSettings {
  jwtIssuer: string;
  jwtAudience: string;
  tokenTtlS: number;
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
}
