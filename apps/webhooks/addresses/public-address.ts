import { lookup as resolve, type LookupAddress } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

/** What no address outside has: networks of one's own, oneself, and addresses that mean no single machine. */
const PRIVATE = new BlockList();
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const)
  PRIVATE.addSubnet(network, prefix, 'ipv4');

/** Of the sixth version only what is given out to be used by everybody may be called, less what stands for others. */
const PUBLIC_IPV6 = new BlockList();
PUBLIC_IPV6.addSubnet('2000::', 3, 'ipv6');
const MEANS_ANOTHER = new BlockList();
// Teredo, documentation, 6to4: what they lead to is told by a part of them that is not looked at.
for (const [network, prefix] of [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const)
  MEANS_ANOTHER.addSubnet(network, prefix, 'ipv6');

/** Whether this is an address that everybody may call, and nobody's own network. */
export function isPublicAddress(address: string): boolean {
  const version = isIP(address);
  if (version === 4) return !PRIVATE.check(address, 'ipv4');
  if (version !== 6) return false;
  return PUBLIC_IPV6.check(address, 'ipv6') && !MEANS_ANOTHER.check(address, 'ipv6');
}

/**
 * Finds the addresses of a name for a connection and refuses those that are not public. It is the very connection that
 * asks: a name that leads elsewhere a moment later is of no use to anybody.
 */
export const lookupPublic: LookupFunction = (hostname, options, callback) => {
  resolve(hostname, { ...options, all: true }, (error, found) => {
    const addresses: LookupAddress[] = error === null ? found : [];
    const [first] = addresses;
    if (error !== null) return callback(error, '');
    if (first === undefined || !addresses.every(({ address }) => isPublicAddress(address)))
      return callback(new Error(`${hostname} is not a public address`), '');
    if (options.all === true) return callback(null, addresses);
    return callback(null, first.address, first.family);
  });
};
