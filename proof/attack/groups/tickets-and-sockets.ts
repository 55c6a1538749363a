import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { driverServerFrame, JSON_SUBPROTOCOL, newId, riderServerFrame, streamTicket } from '#libs/contracts';
import { PhoneSocket } from '../../../test/phones/phone-socket.ts';
import type { AttackCity } from '../city/attack-city.ts';
import { call, personToken } from '../city/people.ts';
import { outcome, type Attack, type Outcome } from '../runner/attack.ts';

const TOKEN_TTL_S = 2;
/** The clock tolerance of tokens (5 s), and some time for the close. */
const CLOSE_LIMIT_MS = 10_000;

async function ticketOf({ urls }: AttackCity, api: 'rider' | 'driver', token: string): Promise<string> {
  const { status, body } = await call(urls[api], '/v1/stream/tickets', { token });
  if (status !== 201 && status !== 200) throw new Error(`no ticket: ${status} ${JSON.stringify(body)}`);
  return streamTicket.parse(body).ticket;
}

/** Whether the server opens a socket for this ticket. */
async function opens(api: string, query: string): Promise<boolean> {
  const socket = new WebSocket(`${api.replace('http', 'ws')}/v1/stream${query}`, JSON_SUBPROTOCOL);
  try {
    // A refused handshake is an error whose message has the status.
    await once(socket, 'open');
    return true;
  } catch (error) {
    if (error instanceof Error && /Unexpected server response: 40[0-9]/.test(error.message)) return false;
    throw error;
  } finally {
    socket.terminate();
  }
}

async function dial(city: AttackCity, api: 'rider' | 'driver', query: string): Promise<Outcome> {
  const opened = await opens(city.urls[api], query);
  return outcome(opened, opened ? 'the socket opened' : 'the handshake was refused');
}

export const TICKETS_AND_SOCKETS: readonly Attack[] = [
  {
    id: 'no-ticket',
    what: 'Open a socket without a ticket',
    run: (city) => dial(city, 'rider', '?ticket='),
  },
  {
    id: 'invented-ticket',
    what: 'Open a socket with an invented ticket',
    run: (city) => dial(city, 'rider', `?ticket=rider-api-1.${'A'.repeat(43)}`),
  },
  {
    id: 'token-as-ticket',
    what: 'Open a socket with an access token in the address, where logs keep it',
    run: async (city) => dial(city, 'rider', `?ticket=${await personToken(city, 'rider')}`),
  },
  {
    id: 'ticket-twice',
    what: 'Open a second socket with a ticket that was used',
    run: async (city) => {
      const ticket = await ticketOf(city, 'rider', await personToken(city, 'rider'));
      if (!(await opens(city.urls.rider, `?ticket=${ticket}`))) throw new Error('a good ticket is refused');
      return dial(city, 'rider', `?ticket=${ticket}`);
    },
  },
  {
    id: 'ticket-at-once',
    what: 'Open ten sockets at once with one ticket',
    run: async (city) => {
      const ticket = await ticketOf(city, 'rider', await personToken(city, 'rider'));
      const tried = await Promise.all(
        Array.from({ length: 10 }, () => opens(city.urls.rider, `?ticket=${ticket}`)),
      );
      const opened = tried.filter(Boolean).length;
      if (opened === 0) throw new Error('a good ticket is refused');
      return outcome(opened > 1, `${opened} sockets opened`);
    },
  },
  {
    id: 'ticket-of-another-role',
    what: 'Open a driver socket with the ticket of a rider',
    run: async (city) =>
      dial(city, 'driver', `?ticket=${await ticketOf(city, 'rider', await personToken(city, 'rider'))}`),
  },
  {
    id: 'socket-after-its-token',
    what: 'Keep a socket after its token has ended',
    waits: true,
    run: async (city) => {
      const token = await personToken(city, 'rider', newId('rider'), TOKEN_TTL_S);
      const socket = await PhoneSocket.open(
        city.urls.rider,
        await ticketOf(city, 'rider', token),
        riderServerFrame,
      );
      const limit = sleep(TOKEN_TTL_S * 1000 + CLOSE_LIMIT_MS, undefined, { ref: false });
      const closing = await Promise.race([socket.closed, limit]);
      socket.hangUp();
      return outcome(closing === undefined, closing ?? 'still open');
    },
  },
  {
    id: 'socket-with-the-token-of-another',
    what: 'Prolong a socket with the token of somebody else',
    waits: true,
    run: async (city) => {
      const token = await personToken(city, 'rider', newId('rider'), TOKEN_TTL_S);
      const socket = await PhoneSocket.open(
        city.urls.rider,
        await ticketOf(city, 'rider', token),
        riderServerFrame,
      );
      const answer = await socket.ask('token', { token: await personToken(city, 'rider') });
      const limit = sleep(TOKEN_TTL_S * 1000 + CLOSE_LIMIT_MS, undefined, { ref: false });
      const closing = await Promise.race([socket.closed, limit]);
      socket.hangUp();
      return outcome(answer.type === 'ack' || closing === undefined, { answer: answer.type, closing });
    },
  },
  {
    id: 'driver-socket-with-a-rider-token',
    what: 'Prolong a driver socket with the token of a rider',
    run: async (city) => {
      const ticket = await ticketOf(city, 'driver', await personToken(city, 'driver'));
      const socket = await PhoneSocket.open(city.urls.driver, ticket, driverServerFrame);
      const answer = await socket.ask('token', { token: await personToken(city, 'rider') });
      socket.hangUp();
      return outcome(answer.type === 'ack', answer.data);
    },
  },
];
