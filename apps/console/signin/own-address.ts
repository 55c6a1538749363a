import type { Socket } from 'node:net';
import type { ConsoleConfig } from '../config.ts';

/**
 * The origin at which browsers see the console. Without HAILGRID_PUBLIC_URL, which production needs, it is the address that
 * the socket has: a Host header could name another one.
 */
export function ownAddress(
  request: { readonly socket: Pick<Socket, 'localAddress' | 'localPort'> },
  { publicUrl }: ConsoleConfig,
): string {
  if (publicUrl !== undefined) return publicUrl;
  const { localAddress = '127.0.0.1', localPort } = request.socket;
  const host =
    localAddress.includes(':') && !localAddress.startsWith('::ffff:') ? `[${localAddress}]` : localAddress;
  return `http://${host.replace('::ffff:', '')}:${localPort}`;
}
