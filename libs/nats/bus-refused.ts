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

/** OpenSSL's and Node's codes for a certificate that one side does not accept. */
const TLS_CODE = /^(ERR_SSL|ERR_TLS|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO)/;

/** Why a server refuses a connection; undefined if it is only away. */
export function refusalOf(error: unknown): string | undefined {
  if (error instanceof AuthorizationError || error instanceof UserAuthenticationExpiredError) {
    return 'it does not accept the key, credentials or password (HAILGRID_NATS_NKEY_SEED, HAILGRID_NATS_CREDS_FILE)';
  }
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : '';
    if (TLS_CODE.test(code)) {
      return `TLS fails with ${code}: ${cause.message} (HAILGRID_NATS_CA_FILE, HAILGRID_NATS_CERT_FILE)`;
    }
    if (/is not available on this server/.test(cause.message))
      return 'it offers no TLS, and this process asks for it';
  }
  return undefined;
}

function withoutLogin(server: string): string {
  return server.replace(/\/\/[^@/]*@/, '//');
}
