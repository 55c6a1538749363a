import type { Role } from '#libs/contracts';

/** A development token of this role. */
export async function tokenFor(issuer: string, role: Role, subject?: string, ttlS?: number): Promise<string> {
  const answer = await fetch(`${issuer}/v1/tokens`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      role,
      ...(subject !== undefined && { subject }),
      ...(ttlS !== undefined && { ttl_s: ttlS }),
    }),
  });
  return ((await answer.json()) as { token: string }).token;
}
