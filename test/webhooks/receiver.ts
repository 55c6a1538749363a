import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { isDeepStrictEqual } from 'node:util';
import { Webhook } from 'standardwebhooks';

import { webhookEvent, type TripId, type WebhookEvent } from '#libs/contracts';

export interface ReceivedMessage {
  /** From `webhook-id`. */
  id: string;
  type: string;
  tripId: TripId;
  seq: number;
}

/** The status for a message; undefined: never answers. */
export type Answering = (message: ReceivedMessage) => number | undefined;

/** A webhook endpoint that accepts signed messages only. */
export class Receiver {
  readonly #server: Server;
  /** All requests in order, whatever the answer. */
  readonly asked: ReceivedMessage[] = [];
  /** Messages answered with 200. A message that comes again, by its id, is ignored: a late answer makes it come again. */
  readonly taken: ReceivedMessage[] = [];
  /** Messages that came again although the sender had waited for the answer 200: it must not send those again. */
  readonly repeated: ReceivedMessage[] = [];
  /** Messages with members that the contract does not have. */
  readonly undocumented: unknown[] = [];
  readonly #confirmed = new Set<string>();
  answer: Answering = () => 200;
  /** `Retry-After` of each answer but 200. */
  retryAfter: string | undefined;
  secret = '';
  #port = 0;

  private constructor() {
    this.#server = createServer((request, response) => void this.#receive(request, response));
  }

  static async start(): Promise<Receiver> {
    const receiver = new Receiver();
    await receiver.listen();
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}/hook`;
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => void this.#server.listen(this.#port, '127.0.0.1', resolve));
    const address = this.#server.address();
    this.#port = typeof address === 'object' && address !== null ? address.port : 0;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => void this.#server.close(resolve));
  }

  /** The numbers of a trip's accepted events, in order. */
  seqsOf(tripId: TripId): number[] {
    return this.taken.filter((message) => message.tripId === tripId).map(({ seq }) => seq);
  }

  async #receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = '';
    for await (const chunk of request) text += String(chunk);
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
    );
    let body: WebhookEvent;
    try {
      body = new Webhook(this.secret).verify(text, headers) as WebhookEvent;
    } catch (error) {
      response.writeHead(401).end(String(error));
      return;
    }
    // The schema drops members that it does not know: a message with one is no documented message.
    if (!isDeepStrictEqual(webhookEvent.parse(body), body)) this.undocumented.push(body);
    const { type, data } = body;
    const message = {
      id: headers['webhook-id']!,
      type,
      tripId: data.event.trip_id,
      seq: data.event.seq,
    };
    if (this.#confirmed.has(message.id)) this.repeated.push(message);
    this.asked.push(message);
    const status = this.answer(message);
    if (status === 200 && !this.taken.some(({ id }) => id === message.id)) this.taken.push(message);
    // A sender that gave the call up has closed the connection, and may send the message again.
    if (status === 200 && !response.destroyed) this.#confirmed.add(message.id);
    if (status === undefined) return;
    const pause = status === 200 ? undefined : this.retryAfter;
    response.writeHead(status, { ...(pause !== undefined && { 'retry-after': pause }) }).end();
  }
}
