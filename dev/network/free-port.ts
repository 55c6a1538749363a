import { createServer } from 'node:net';

export const LOOPBACK = '127.0.0.1';

/** A port that is free now. Another process may take it before use: prefer to listen on port 0 where possible. */
export function freePort(): Promise<number> {
  return listenOnce(0);
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
