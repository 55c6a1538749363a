import { once } from 'node:events';
import { WebSocket } from 'ws';
import {
  JSON_SUBPROTOCOL,
  newId,
  toTimestamp,
  type DriverClientFrame,
  type DriverId,
  type DriverServerFrame,
  type Ping,
} from '#libs/contracts';
import type { Clock } from '#libs/service';

const FRAME_LIMIT_MS = 20_000;
const VEHICLE = { plate: 'AA-00-BB', make: 'Dacia', model: 'Logan', color: 'white' };

type FrameOf<T extends DriverServerFrame['type']> = Extract<DriverServerFrame, { type: T }>;

/** A driver's phone: its token, its REST calls, and a socket whose frames are kept until they are asked for. */
export class DriverPhone {
  readonly driverId: DriverId;
  readonly clock: Clock;
  readonly #token: string;
  #socket: WebSocket | undefined;
  #frames: DriverServerFrame[] = [];
  #wake: (() => void) | undefined;
  #nextId = 1;
  #seq = 0;
  closed: Promise<{ code: number; reason: string }> = Promise.resolve({ code: 0, reason: '' });

  constructor(driverId: DriverId, token: string, clock: Clock) {
    this.driverId = driverId;
    this.#token = token;
    this.clock = clock;
  }

  static async register(issuerUrl: string, clock: Clock): Promise<DriverPhone> {
    const driverId = newId('driver');
    const answer = await fetch(`${issuerUrl}/v1/tokens`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ role: 'driver', subject: driverId }),
    });
    const { token } = (await answer.json()) as { token: string };
    return new DriverPhone(driverId, token, clock);
  }

  async rest(url: string, method: 'GET' | 'POST', body?: unknown, headers: Record<string, string> = {}) {
    const answer = await fetch(url, {
      method,
      headers: {
        authorization: `Bearer ${this.#token}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status: answer.status, headers: answer.headers, body: (await answer.json()) as never };
  }

  /** Opens a socket at this instance, with a ticket of the same or another one; gives the welcome. */
  async connect(url: string, ticketUrl = url): Promise<FrameOf<'welcome'>> {
    const { body } = await this.rest(`${ticketUrl}/v1/stream/tickets`, 'POST');
    const { ticket } = body as { ticket: string };
    const socket = new WebSocket(`${url.replace('http', 'ws')}/v1/stream?ticket=${ticket}`, JSON_SUBPROTOCOL);
    this.#frames = [];
    this.#socket = socket;
    socket.on('message', (data: Buffer) => {
      if (this.#socket !== socket) return;
      this.#frames.push(JSON.parse(data.toString()) as DriverServerFrame);
      this.#wake?.();
    });
    this.closed = new Promise((resolve) => {
      socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() }));
    });
    await once(socket, 'open');
    return this.next('welcome');
  }

  /** Cuts the line without a word. */
  vanish(): void {
    this.#socket?.terminate();
    this.#socket = undefined;
  }

  /** The next frame of this type; those of other types before it are passed over. */
  async next<T extends DriverServerFrame['type']>(type: T): Promise<FrameOf<T>> {
    const deadline = performance.now() + FRAME_LIMIT_MS;
    for (;;) {
      const frame = this.#frames.shift();
      if (frame?.type === type) return frame as FrameOf<T>;
      if (frame !== undefined) continue;
      const leftMs = deadline - performance.now();
      if (leftMs <= 0) throw new Error(`no ${type} frame within ${FRAME_LIMIT_MS} ms`);
      await this.#arrival(leftMs);
    }
  }

  /** Sends a frame and gives the ack or error that answers it. */
  async ask(
    type: DriverClientFrame['type'],
    data: DriverClientFrame['data'],
  ): Promise<FrameOf<'ack'> | FrameOf<'error'>> {
    const id = `f${this.#nextId++}`;
    this.send({ type, id, data });
    for (;;) {
      const at = this.#frames.findIndex((frame) => frame.id === id);
      if (at >= 0) return this.#frames.splice(at, 1)[0] as FrameOf<'ack'> | FrameOf<'error'>;
      await this.#arrival(FRAME_LIMIT_MS);
    }
  }

  send(frame: unknown): void {
    this.#socket?.send(JSON.stringify(frame));
  }

  /** Goes online and gives the session. */
  async online(): Promise<number> {
    const { data } = await this.ask('online', { product: 'standard', vehicle: VEHICLE });
    const session = 'driver' in data ? data.driver?.session : undefined;
    if (typeof session !== 'number') throw new Error(`not online: ${JSON.stringify(data)}`);
    this.#seq = 0;
    return session;
  }

  ping(session: number, lat: number, lng: number, part: Partial<Ping> = {}): Ping {
    this.#seq += 1;
    return { session, seq: this.#seq, lat, lng, recorded_at: toTimestamp(this.clock.now()), ...part };
  }

  #arrival(limitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, limitMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

export const onlineBody = { product: 'standard', vehicle: VEHICLE };
