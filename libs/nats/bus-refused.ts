import { AuthorizationError, UserAuthenticationExpiredError } from '@nats-io/transport-node';
import type { BusAccess } from './bus-access.ts';

/** A nats-server answers, and refuses this process: trying again does not help, another key does. */
export class BusRefusedError extends Error {
  override readonly name = 'BusRefusedError';

  constructor({ role, servers }: BusAccess, why: string, cause: unknown) {
    const who = role === undefined ? 'this process' : `the role ${role}`;
    super(`nats-server at ${servers.map(withoutLogin).join(', ')} refuses ${who}: ${why}`, { cause });
  }
}

/** The server's alert about the certificate that this client has shown, or has not. */
const ALERT = /^ERR_SSL_.*_ALERT_/;
/** Node's and OpenSSL's codes for a certificate of the server that this client does not accept. */
const SERVER_CERTIFICATE =
  /^(UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|CERT_|CRL_|ERROR_IN_|INVALID_|PATH_LENGTH_|AKID_)/;
const OTHER_HOST = /^(ERR_TLS_CERT_ALTNAME_|HOSTNAME_MISMATCH)/;
/** Everything else that only other settings mend, such as no TLS version that both sides speak. */
const OTHER_TLS = /^(ERR_SSL_|ERR_TLS_|ERR_OSSL_)/;

/** Why a server refuses a connection; undefined if it is only away. */
export function refusalOf(error: unknown): string | undefined {
  if (error instanceof AuthorizationError || error instanceof UserAuthenticationExpiredError) {
    return 'it does not accept the key, credentials or password (HAILGRID_NATS_NKEY_SEED, HAILGRID_NATS_CREDS_FILE)';
  }
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : '';
    const refusal = tlsRefusal(code, cause.message);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

function tlsRefusal(code: string, message: string): string | undefined {
  if (ALERT.test(code))
    return `it does not accept the client certificate, or misses one: ${code} (HAILGRID_NATS_CERT_FILE)`;
  if (SERVER_CERTIFICATE.test(code))
    return `this process does not trust its certificate: ${code} (HAILGRID_NATS_CA_FILE)`;
  if (OTHER_HOST.test(code))
    return `its certificate is for other hosts than HAILGRID_NATS_URLS names: ${message}`;
  if (OTHER_TLS.test(code))
    return `TLS fails with ${code}: ${message} (HAILGRID_NATS_CA_FILE, HAILGRID_NATS_CERT_FILE)`;
  if (/does not support 'tls'|is not available on this server/.test(message))
    return 'it offers no TLS, and this process asks for it (HAILGRID_NATS_URLS, HAILGRID_NATS_CA_FILE)';
  return undefined;
}

function withoutLogin(server: string): string {
  return server.replace(/\/\/[^@/]*@/, '//');
}
