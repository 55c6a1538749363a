import type { IncomingMessage } from 'node:http';
import { HailgridError, type Role } from '#libs/contracts';
import type { Caller } from '#libs/service';

export interface AdmissionRules {
  path: string;
  subprotocols: readonly string[];
  role: Role;
  /** Throws if the ticket is not valid. */
  redeem: (ticket: string) => Promise<Caller>;
}

/** Authenticates an upgrade request. Throws the reason of a refusal. Only a valid request uses up the ticket. */
export async function admit(request: IncomingMessage, rules: AdmissionRules): Promise<Caller> {
  const address = URL.parse(request.url ?? '/', 'http://stream');
  if (address?.pathname !== rules.path) throw new HailgridError('not_found', 'no stream at this address');
  if (request.headers.upgrade?.toLowerCase() !== 'websocket') {
    throw new HailgridError('invalid_request', 'not a WebSocket', { detail: 'Upgrade must be websocket' });
  }
  if (chooseSubprotocol(offered(request), rules.subprotocols) === false) {
    throw new HailgridError('invalid_request', 'no known subprotocol', {
      issues: [
        {
          pointer: '/headers/Sec-WebSocket-Protocol',
          message: `one of ${rules.subprotocols.join(', ')} is needed`,
        },
      ],
    });
  }
  const ticket = address.searchParams.get('ticket');
  if (ticket === null) throw new HailgridError('ticket_invalid', 'no ticket in the address');
  const caller = await rules.redeem(ticket);
  if (caller.role !== rules.role) {
    throw new HailgridError('forbidden', `a ${caller.role} ticket where ${rules.role} is needed`);
  }
  return caller;
}

/** The first known subprotocol that the client offers; false if none, as `ws` expects. */
export function chooseSubprotocol(
  offeredByClient: ReadonlySet<string>,
  known: readonly string[],
): string | false {
  return known.find((protocol) => offeredByClient.has(protocol)) ?? false;
}

function offered(request: IncomingMessage): Set<string> {
  return new Set((request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim()));
}
