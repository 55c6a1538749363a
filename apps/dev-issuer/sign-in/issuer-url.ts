import type { FastifyRequest } from 'fastify';
import { HailgridError } from '#libs/contracts';

/** The issuer as its client knows it: as configured, otherwise the address that the request came to. */
export function issuerUrlOf({ protocol, host }: FastifyRequest, configured: string | undefined): string {
  if (configured !== undefined) return configured;
  const url = URL.parse(`${protocol}://${host}`);
  if (url === null || url.href !== `${url.origin}/`)
    throw new HailgridError('invalid_request', `Host: ${host}`);
  return url.origin;
}
