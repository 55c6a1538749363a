import type { z } from 'zod';
import { STREAM_PATH, streamTicket } from '#libs/contracts';
import type { ServerFrame } from '#libs/stream';
import { PhoneSocket, type Closing, type FrameOf } from './phone-socket.ts';

/** The answer to one request. */
export interface Answer<T> {
  status: number;
  headers: Headers;
  /** Undefined if the answer has none. */
  body: T;
}

interface Request {
  method: 'GET' | 'POST' | 'DELETE';
  headers: Record<string, string>;
  body?: string;
}

export interface PhoneSettings<F extends ServerFrame> {
  /** Base URL of the instance that the phone uses by default. */
  api: string;
  token: string;
  serverFrame: z.ZodType<F>;
  /** Where the WebSocket is; {@link STREAM_PATH} unless given. */
  streamPath?: string;
}

/** The common part of riders' and drivers' phones: a token, REST calls with it, and sockets. */
export class Phone<F extends ServerFrame> {
  readonly #settings: PhoneSettings<F>;
  readonly #sockets: PhoneSocket<F>[] = [];

  constructor(settings: PhoneSettings<F>) {
    this.#settings = settings;
  }

  /** A path at the phone's own instance, or a complete URL. */
  get<T>(path: string, headers: Record<string, string> = {}): Promise<Answer<T>> {
    return this.#call(path, { method: 'GET', headers });
  }

  /** As {@link get}; the body is sent as JSON. */
  post<T>(path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer<T>> {
    if (body === undefined) return this.#call(path, { method: 'POST', headers });
    const json = { 'content-type': 'application/json', ...headers };
    return this.#call(path, { method: 'POST', headers: json, body: JSON.stringify(body) });
  }

  delete<T>(path: string, headers: Record<string, string> = {}): Promise<Answer<T>> {
    return this.#call(path, { method: 'DELETE', headers });
  }

  /** Opens another socket, with a ticket that may come from another instance; takes its `welcome`. */
  async connect(
    api = this.#settings.api,
    ticketFrom = api,
  ): Promise<{ socket: PhoneSocket<F>; welcome: FrameOf<F, 'welcome'> }> {
    const { serverFrame, streamPath = STREAM_PATH } = this.#settings;
    const { body } = await this.post(`${ticketFrom}${streamPath}/tickets`);
    const { ticket } = streamTicket.parse(body);
    const socket = await PhoneSocket.open(api, ticket, serverFrame, streamPath);
    this.#sockets.push(socket);
    return { socket, welcome: await socket.next('welcome') };
  }

  /** Cuts all its connections without a close frame. */
  hangUp(): void {
    for (const socket of this.#sockets.splice(0)) socket.hangUp();
  }

  /** The newest socket, which later calls use. */
  get socket(): PhoneSocket<F> {
    const newest = this.#sockets.at(-1);
    if (newest === undefined) throw new Error('the phone has no socket');
    return newest;
  }

  get frames(): readonly F[] {
    return this.socket.frames;
  }

  get closed(): Promise<Closing> {
    return this.socket.closed;
  }

  send(frame: unknown): void {
    this.socket.send(frame);
  }

  next<T extends F['type']>(type: T): Promise<FrameOf<F, T>> {
    return this.socket.next(type);
  }

  ask(type: string, data: unknown, key?: string): Promise<FrameOf<F, 'ack' | 'error'>> {
    return this.socket.ask(type, data, key);
  }

  async #call<T>(path: string, request: Request): Promise<Answer<T>> {
    const { api, token } = this.#settings;
    const headers = { authorization: `Bearer ${token}`, ...request.headers };
    const response = await fetch(new URL(path, api), { ...request, headers });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: (text === '' ? undefined : JSON.parse(text)) as T,
    };
  }
}
