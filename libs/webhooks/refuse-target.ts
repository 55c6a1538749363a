import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { isPublicAddress } from './public-address.ts';

/** How long the creation of a webhook waits for the address of a name. An unresolved one is checked at each delivery. */
const LOOKUP_LIMIT_MS = 1_000;

/** Host names that mean this machine or a private network by their definition (RFC 6761, 6762, 8375, 9476, ICANN). */
const PRIVATE_NAME = /(^|\.)(localhost|local|internal|home\.arpa|alt)$/;

/** Why webhooks must not call this URL, as far as the URL itself says; undefined if it may be called. */
export function refuseTarget({ protocol, hostname }: URL): string | undefined {
  if (protocol !== 'https:') return 'only https addresses are called';
  const host = hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');
  const isPrivate = isIP(host) === 0 ? PRIVATE_NAME.test(host) : !isPublicAddress(host);
  return isPrivate ? `${host} is not a public address` : undefined;
}

/** Addresses of a host name. */
export type Resolve = (hostname: string) => Promise<readonly { address: string }[]>;

/**
 * Like {@link refuseTarget}, and refuses names that resolve to an address that is not public. A name that does not resolve
 * in time is not refused: the delivery's own lookup decides again, at each attempt (`lookupPublic`).
 */
export async function refuseResolvedTarget(
  url: URL,
  resolve: Resolve = (hostname) => lookup(hostname, { all: true }),
): Promise<string | undefined> {
  const refusal = refuseTarget(url);
  if (refusal !== undefined || isIP(url.hostname.replace(/^\[(.*)\]$/, '$1')) !== 0) return refusal;
  const found = await Promise.race([
    resolve(url.hostname).catch(() => []),
    sleep(LOOKUP_LIMIT_MS, [], { ref: false }),
  ]);
  return found.every(({ address }) => isPublicAddress(address))
    ? undefined
    : `${url.hostname} is not a public address`;
}
