import type { JWTPayload, JWTHeaderParameters } from 'jose';
import type { Role } from '#libs/contracts';

/** Where a provider's tokens say what this system needs to know. */
export interface ClaimMapping {
  /** Claim with the role or roles. */
  readonly roleClaim: string;
  /** The values that stand for each role; `*` stands for any token. */
  readonly roles: readonly { readonly role: Role; readonly value: string }[];
  /** Claim with the scopes: a string with spaces, or an array. */
  readonly scopeClaim: string;
  /** What precedes each scope of this system, such as `hailgrid/`; other scopes are ignored. */
  readonly scopePrefix: string;
}

/** Any token of the issuer for this audience: for riders of providers that know no roles. */
export const ANY_TOKEN = '*';

/** The roles that a token gives its holder; several if its values stand for several. */
export function rolesOf(payload: JWTPayload, { roleClaim, roles }: ClaimMapping): Role[] {
  const given = new Set(valuesOf(claimAt(payload, roleClaim)));
  const held = roles.filter(({ value }) => value === ANY_TOKEN || given.has(value)).map(({ role }) => role);
  return [...new Set(held)];
}

/** The scopes that a token gives, without their prefix. */
export function scopesOf(payload: JWTPayload, { scopeClaim, scopePrefix }: ClaimMapping): string[] {
  return valuesOf(claimAt(payload, scopeClaim))
    .filter((scope) => scope.startsWith(scopePrefix))
    .map((scope) => scope.slice(scopePrefix.length));
}

/**
 * The claim of exactly this name (`https://example.com/role`, `cognito:groups`), otherwise the one at this path
 * (`realm_access.roles`, `resource_access.hailgrid.roles`). Members that objects inherit are no claims.
 */
export function claimAt(payload: JWTPayload, path: string): unknown {
  if (Object.hasOwn(payload, path)) return payload[path];
  let value: unknown = payload;
  for (const name of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  return value;
}

/** The strings of an array, or the words of a string and the whole of it. */
export function valuesOf(claim: unknown): string[] {
  if (typeof claim === 'string')
    return [...new Set([claim, ...claim.split(' ')])].filter((word) => word !== '');
  if (!Array.isArray(claim)) return [];
  return claim.filter((value) => typeof value === 'string');
}

/** Header `typ` of access tokens: RFC 7519 and RFC 9068; a token may have none. */
const HEADER_TYPES: ReadonlySet<string> = new Set(['jwt', 'at+jwt', 'application/at+jwt']);
/** Claim `typ` of access tokens: Keycloak says there what a token is for. */
const CLAIM_TYPES: ReadonlySet<string> = new Set(['bearer', 'access', 'jwt', 'at+jwt']);
/** Claims of ID tokens only (OpenID Connect Core, 2 and 3.1.3.6). */
const ID_TOKEN_CLAIMS = ['nonce', 'at_hash', 'c_hash', 's_hash'];

/** Why a signed token is none for this use; undefined if it is. */
export function misuse(
  header: JWTHeaderParameters,
  payload: JWTPayload,
  { acceptIdTokens }: { acceptIdTokens: boolean },
): string | undefined {
  const { typ = 'JWT' } = header;
  if (!HEADER_TYPES.has(typ.toLowerCase())) return `header typ is ${JSON.stringify(typ)}`;
  if (payload['cnf'] !== undefined) return 'it is bound to a key of its sender (cnf), which is not supported';
  const { typ: use = 'Bearer', token_use: cognitoUse = 'access' } = payload;
  const isId =
    use === 'ID' || cognitoUse === 'id' || ID_TOKEN_CLAIMS.some((name) => Object.hasOwn(payload, name));
  if (isId) return acceptIdTokens ? undefined : 'it is an ID token';
  if (typeof use !== 'string' || !CLAIM_TYPES.has(use.toLowerCase()))
    return `claim typ is ${JSON.stringify(use)}`;
  if (cognitoUse !== 'access') return `claim token_use is ${JSON.stringify(cognitoUse)}`;
  return undefined;
}
