import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A TCP connection that sends bytes as no HTTP client would, and reads only if it is told to. */
export class RawClient {
  readonly #socket: Socket;
  received = '';
  readonly closed: Promise<unknown>;
  isOpen = true;

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.closed = once(socket, 'close').then(() => (this.isOpen = false));
    socket.on('data', (chunk: Buffer) => (this.received += chunk.toString('latin1')));
    // A server that refuses resets the connection.
    socket.on('error', () => undefined);
  }

  static async open(url: string): Promise<RawClient> {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    return new RawClient(socket);
  }

  /** Takes nothing more from the connection: the sender's buffers fill up. */
  stopReading(): void {
    this.#socket.pause();
  }

  send(text: string): void {
    if (this.#socket.writable) this.#socket.write(text, 'latin1');
  }

  hangUp(): void {
    this.#socket.destroy();
  }

  /** The status of the answer; undefined before it came. */
  get status(): number | undefined {
    const status = /^HTTP\/1\.1 (\d{3})/.exec(this.received)?.[1];
    return status === undefined ? undefined : Number(status);
  }
}
