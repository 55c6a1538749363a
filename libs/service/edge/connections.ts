import type { Server, ServerOptions } from 'node:http';
import type { CallLimits } from './call-limits.ts';
import type { EdgeConfig } from './edge-config.ts';

/** How long the headers of a request may take to arrive. */
const MAX_HEADERS_TIMEOUT_MS = 10_000;
/** How often Node looks for late requests; more often for a short time-out. */
const MAX_LATE_CHECK_INTERVAL_MS = 1_000;
/** Fastify's options that bound a connection in time. */
export function timeouts({ requestTimeoutMs, idleConnectionMs }: EdgeConfig): {
  requestTimeout: number;
  connectionTimeout: number;
  http: ServerOptions;
} {
  return {
    requestTimeout: requestTimeoutMs,
    connectionTimeout: idleConnectionMs,
    http: {
      requestTimeout: requestTimeoutMs,
      headersTimeout: Math.min(MAX_HEADERS_TIMEOUT_MS, requestTimeoutMs),
      connectionsCheckingInterval: Math.min(MAX_LATE_CHECK_INTERVAL_MS, requestTimeoutMs / 2),
    },
  };
}

/** Bounds the open connections of the server, in all and by address. */
export function boundConnections(server: Server, config: EdgeConfig, limits: CallLimits): void {
  const open = new Map<string, number>();
  server.maxConnections = config.maxConnections;
  server.on('connection', (socket) => {
    const address = socket.remoteAddress;
    if (address === undefined || limits.isTrustedProxy(address)) return;
    const count = (open.get(address) ?? 0) + 1;
    if (count > config.maxAddressConnections) {
      socket.destroy();
      return;
    }
    open.set(address, count);
    socket.once('close', () => {
      const left = (open.get(address) ?? 1) - 1;
      if (left === 0) open.delete(address);
      else open.set(address, left);
    });
  });
}
