import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

export const LOOPBACK = '127.0.0.1';

/**
 * Where free ports are looked for: below those that Linux gives to outgoing connections (32768 and up). One of those may be
 * free now and belong to a connection of any process a moment later.
 */
const LOWEST_PORT = 20_000;
const HIGHEST_PORT = 32_767;
/** How many ports are tried; on a machine where so many in a row are in use something else is wrong. */
const MAX_TRIES = 100;

/** A port that is free now. Another process may take it before use: prefer to listen on port 0 where possible. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const port = randomInt(LOWEST_PORT, HIGHEST_PORT + 1);
    if (await isPortFree(port)) return port;
  }
  throw new Error(`none of ${MAX_TRIES} ports between ${LOWEST_PORT} and ${HIGHEST_PORT} is free`);
}

/** Whether a service can listen on this port now. */
export async function isPortFree(port: number): Promise<boolean> {
  try {
    await listenOnce(port);
    return true;
  } catch {
    return false;
  }
}

function listenOnce(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, LOOPBACK, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : port));
    });
  });
}
