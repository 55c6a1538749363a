import { HailgridError, idFromUuid, role as roleSchema, subjectId, type Role } from '#libs/contracts';
import { IdentityCache, type IdentityLookup } from './identity-cache.ts';
import type { AccessToken } from './token-verifier.ts';

const ROLES = roleSchema.options;

/** A person with a verified token, in one role. */
export interface Caller {
  readonly role: Role;
  /** `rider_…`, `driver_…` or `operator_…`. The ids of one person in several roles share what follows the prefix. */
  readonly id: string;
  readonly issuer: string;
  /** As the issuer names the person. */
  readonly subject: string;
  readonly scopes: readonly string[];
  /** Until when the token is accepted, wall time. */
  readonly expiresAtMs: number;
  /** The access token itself: it proves to `trips` that the person is present. Never logged. */
  readonly token: string;
}

/** How a process finds identities. */
export interface Identities {
  readonly lookUp: IdentityLookup;
}

/** What looks like an id of this system; if it is none, it is a mistake rather than a provider's subject. */
const OWN_ID = new RegExp(`^(${ROLES.join('|')})_`);

function roleOf(subject: string): Role | undefined {
  return subjectId.safeParse(subject).success
    ? ROLES.find((name) => subject.startsWith(`${name}_`))
    : undefined;
}

/** Turns verified tokens into callers. */
export class Callers {
  readonly #subjectIsId: boolean;
  readonly #known: IdentityCache;

  /** With `subjectIsId` a subject that is an internal id needs no look-up; its issuer must give subjects out itself. */
  constructor(lookUp: IdentityLookup, { subjectIsId }: { subjectIsId: boolean }) {
    this.#subjectIsId = subjectIsId;
    this.#known = new IdentityCache(lookUp);
  }

  /** Throws `forbidden` if the token does not give the role, or `unauthenticated` if its subject is another role's id. */
  async of(token: AccessToken, role: Role): Promise<Caller> {
    const { issuer, subject, scopes, expiresAtMs, text } = token;
    const isId = this.#subjectIsId && OWN_ID.test(subject);
    const ofRole = roleOf(subject);
    if (isId && (ofRole === undefined || !token.roles.includes(ofRole)))
      throw new HailgridError('unauthenticated', 'token refused: its subject is no id of its role');
    if (!token.roles.includes(role) || (isId && ofRole !== role))
      throw new HailgridError(
        'forbidden',
        `a token of ${token.roles.join(', ') || 'no role'} where ${role} is needed`,
      );
    const id = isId ? subject : idFromUuid(role, await this.#known.uuidOf({ issuer, subject }));
    return { role, id, issuer, subject, scopes, expiresAtMs, token: text };
  }
}
