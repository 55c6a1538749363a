import type { Role, Scope } from '#libs/contracts';

/** A development token of this role; an operator's has every scope unless some are given. */
export async function tokenFor(
  issuer: string,
  role: Role,
  subject?: string,
  ttlS?: number,
  scopes?: readonly Scope[],
): Promise<string> {
  const answer = await fetch(`${issuer}/v1/tokens`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      role,
      ...(subject !== undefined && { subject }),
      ...(ttlS !== undefined && { ttl_s: ttlS }),
      ...(scopes !== undefined && { scopes }),
    }),
  });
  return ((await answer.json()) as { token: string }).token;
}
