import { decodeCarFrame, type CarFrame } from '../../protocol/car-frame.ts';
import type {
  Bounds,
  CityMessage,
  HexLayer,
  PageMessage,
  ServerMessage,
} from '../../protocol/map-messages.ts';

/** `slow`: connected, and yet no news for a while. */
export type Connection = 'connecting' | 'live' | 'slow' | 'reconnecting';

interface StreamReaders {
  /** A whole update. It is acknowledged when this returns. */
  onUpdate: (city: CityMessage, cars: CarFrame | undefined) => void;
  onConnection: (connection: Connection) => void;
  onError: (message: string) => void;
  /** The connection ended, or none came about: is anybody still signed in? */
  onClosed: () => void;
}

/** Longest pause before the first new attempt. */
const FIRST_PAUSE_MS = 500;
/** Longest pause before a new attempt: a console that comes back has its maps within this time. */
const LONGEST_PAUSE_MS = 10_000;
/** Silence after which the map says that it is slow: updates come once a second. */
const SLOW_AFTER_MS = 5_000;

/** Keeps one socket to the console open, with jittered back-off, and acknowledges each update after it was applied. */
export class CityStream {
  private socket: WebSocket | undefined;
  private asked: { bounds: Bounds; layer: HexLayer } | undefined;
  private awaited: CityMessage | undefined;
  private attempts = 0;
  private isClosed = false;
  private retryTimer: number | undefined;
  private slowTimer: number | undefined;

  constructor(
    private readonly url: string,
    private readonly readers: StreamReaders,
  ) {
    readers.onConnection('connecting');
    this.open();
  }

  /** Says what the map shows. */
  show(bounds: Bounds, layer: HexLayer): void {
    this.asked = { bounds, layer };
    this.send({ type: 'view', bounds, layer });
  }

  close(): void {
    this.isClosed = true;
    window.clearTimeout(this.retryTimer);
    window.clearTimeout(this.slowTimer);
    this.socket?.close();
  }

  private open(): void {
    const socket = new WebSocket(this.url);
    socket.binaryType = 'arraybuffer';
    this.socket = socket;
    this.awaited = undefined;
    socket.addEventListener('open', () => {
      if (this.asked !== undefined) this.send({ type: 'view', ...this.asked });
      this.expectNews();
    });
    socket.addEventListener('message', ({ data }) => {
      if (!this.isClosed) this.receive(data as string | ArrayBuffer);
    });
    socket.addEventListener('close', () => {
      if (!this.isClosed) this.retry();
    });
  }

  private retry(): void {
    window.clearTimeout(this.slowTimer);
    this.readers.onConnection('reconnecting');
    this.readers.onClosed();
    const fullMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.attempts);
    this.attempts += 1;
    this.retryTimer = window.setTimeout(() => this.open(), fullMs * (0.5 + Math.random() / 2));
  }

  private receive(data: string | ArrayBuffer): void {
    try {
      if (typeof data === 'string') this.read(JSON.parse(data) as ServerMessage);
      else this.readCars(decodeCarFrame(data));
    } catch (error) {
      this.readers.onError(error instanceof Error ? error.message : String(error));
      this.socket?.close();
    }
  }

  private read(message: ServerMessage): void {
    if (message.type === 'error') this.readers.onError(message.message);
    else if (message.has_cars) this.awaited = message;
    else this.finish(message, undefined);
  }

  private readCars(cars: CarFrame): void {
    const city = this.awaited;
    this.awaited = undefined;
    if (city?.update !== cars.update)
      throw new RangeError(`car frame ${cars.update} follows update ${city?.update ?? 'none'}`);
    this.finish(city, cars);
  }

  private finish(city: CityMessage, cars: CarFrame | undefined): void {
    this.attempts = 0;
    this.readers.onConnection('live');
    this.expectNews();
    this.readers.onUpdate(city, cars);
    this.send({ type: 'ack', update: city.update });
  }

  private expectNews(): void {
    window.clearTimeout(this.slowTimer);
    this.slowTimer = window.setTimeout(() => this.readers.onConnection('slow'), SLOW_AFTER_MS);
  }

  private send(message: PageMessage): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }
}
