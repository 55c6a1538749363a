import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { toProblem, type HailgridError } from '#libs/contracts';

/** Answers with problem+json where no response object is at hand (an upgrade, unreadable HTTP), and hangs up. */
export function refuseOnSocket(socket: Duplex, error: HailgridError, requestId: string): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const body = JSON.stringify(toProblem(error, requestId));
  const headers = [
    `HTTP/1.1 ${error.status} ${STATUS_CODES[error.status] ?? ''}`,
    'connection: close',
    'content-type: application/problem+json',
    `content-length: ${Buffer.byteLength(body)}`,
    `x-request-id: ${requestId}`,
    ...(error.retryAfterS === undefined ? [] : [`retry-after: ${error.retryAfterS}`]),
  ];
  socket.end(`${headers.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
}
