import { once } from 'node:events';
import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { accessOptions, type BusAccess } from './bus-access.ts';
import { readTlsFiles } from './tls-files.ts';

/** How long a server may take to refuse a certificate. A server that takes longer counts as away. */
const PROBE_LIMIT_MS = 2_000;
const DEFAULT_PORT = '4222';
/** Makes a server that has accepted the certificate answer, if only with a refusal of the login. */
const FIRST_WORDS = 'CONNECT {}\r\n';

/**
 * The error with which a server refuses this client's certificate; undefined if none does. TLS 1.3 checks it after the client's
 * side of the handshake, where nats.js loses the alert and reports a time-out.
 */
export async function findTlsRefusal(access: BusAccess): Promise<Error | undefined> {
  const { servers, tls } = accessOptions(access);
  if (tls === undefined) return undefined;
  const refusals = await Promise.all(
    servers.map((server) => refusalAt(new URL(`tls://${server}`), access).catch(() => undefined)),
  );
  return refusals.find((refusal) => refusal !== undefined);
}

async function refusalAt(server: URL, { tls = {} }: BusAccess): Promise<Error | undefined> {
  const host = server.hostname.replace(/^\[(.+)\]$/, '$1');
  const plain = connectPlain({ host, port: Number(server.port === '' ? DEFAULT_PORT : server.port) });
  const limit = AbortSignal.timeout(PROBE_LIMIT_MS);
  try {
    await once(plain, 'data', { signal: limit }); // the server speaks first, before TLS
    return await handshakeError(plain, host, tls, limit);
  } finally {
    plain.destroy();
  }
}

async function handshakeError(
  plain: Socket,
  host: string,
  tls: NonNullable<BusAccess['tls']>,
  limit: AbortSignal,
): Promise<Error | undefined> {
  const socket = connectTls({ socket: plain, host, ...readTlsFiles(tls) });
  socket.write(FIRST_WORDS);
  try {
    await once(socket, 'data', { signal: limit });
    return undefined;
  } catch (error) {
    return limit.aborted || !(error instanceof Error) ? undefined : error;
  } finally {
    // An error that comes after the answer must not end the process.
    socket.on('error', () => undefined);
    socket.destroy();
  }
}
