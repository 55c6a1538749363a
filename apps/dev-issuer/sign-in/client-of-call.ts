import type { TokenForm } from '#libs/contracts';
import { OAuthError } from './oauth-error.ts';

/**
 * The client that calls the token endpoint: by HTTP Basic, or in the form, with a secret or without. Any secret is right,
 * since this issuer knows no clients; that a code belongs to its client is checked, and PKCE.
 */
export function clientOfCall(authorization: string | undefined, form: TokenForm): string {
  if (authorization === undefined) {
    if (form.client_id === undefined || form.client_id === '')
      throw new OAuthError('invalid_client', 'the call names no client_id');
    return form.client_id;
  }
  const clientId = basicUser(authorization);
  if (form.client_secret !== undefined)
    throw new OAuthError('invalid_request', 'the client authenticates in two ways');
  if (form.client_id !== undefined && form.client_id !== clientId)
    throw new OAuthError('invalid_request', 'client_id is not the client of the header Authorization');
  return clientId;
}

/** User and password are form-encoded before they are joined (RFC 6749, 2.3.1). */
function basicUser(authorization: string): string {
  const encoded = /^Basic ([\w+/]+=*)$/i.exec(authorization)?.[1];
  const [user, password] = Buffer.from(encoded ?? '', 'base64')
    .toString('utf8')
    .split(':');
  if (user === undefined || user === '' || password === undefined)
    throw new OAuthError('invalid_client', 'the header Authorization is not HTTP Basic with a client_id');
  try {
    return decodeURIComponent(user.replaceAll('+', ' '));
  } catch {
    throw new OAuthError('invalid_client', 'the client_id in the header Authorization is not form-encoded');
  }
}
