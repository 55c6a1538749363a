import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { Role } from '#libs/contracts';
import { JWT_AUDIENCE, JWT_ISSUER } from '../../../dev/services/service-environment.ts';

const ALGORITHM = 'ES256';
const TOKEN_LIFE = '2h';

/** Gives people their access tokens; `trips` verifies them as it does in production. */
export interface People {
  /** Base URL of the issuer's public keys. */
  readonly issuerUrl: string;
  /** Undefined if they have none. */
  tokenOf(role: Role, id: string): Promise<string | undefined>;
  close(): Promise<void>;
}

/** People without tokens, for whom `trips` acts only if it is told to. */
export const WITHOUT_TOKENS: Pick<People, 'tokenOf'> = { tokenOf: () => Promise.resolve(undefined) };

/** An issuer with a key of its own. */
export async function openPeople(): Promise<People> {
  const { privateKey, publicKey } = await generateKeyPair(ALGORITHM);
  const jwk = await exportJWK(publicKey);
  const kid = await calculateJwkThumbprint(jwk);
  const keys = JSON.stringify({ keys: [{ ...jwk, kid, alg: ALGORITHM, use: 'sig' }] });
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'application/json').end(keys);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    issuerUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    tokenOf: (role, id) =>
      new SignJWT({ role })
        .setProtectedHeader({ alg: ALGORITHM, kid, typ: 'JWT' })
        .setSubject(id)
        .setIssuer(JWT_ISSUER)
        .setAudience(JWT_AUDIENCE)
        .setIssuedAt()
        .setExpirationTime(TOKEN_LIFE)
        .sign(privateKey),
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
