import type { FastifyRequest } from 'fastify';
import { HailgridError } from '#libs/contracts';

/** The header that the page sends with each change. Another site's page cannot: its browser would ask first, and get no. */
export const SAME_PAGE_HEADER = 'x-hailgrid-console';

/** Refuses a change that another site's page may have sent with the cookies of this one. */
export function requireSamePage({ headers }: FastifyRequest): void {
  const site = headers['sec-fetch-site'];
  if (headers[SAME_PAGE_HEADER] === '1' && (site === undefined || site === 'same-origin')) return;
  throw new HailgridError('forbidden', `a change without the header ${SAME_PAGE_HEADER}`);
}
