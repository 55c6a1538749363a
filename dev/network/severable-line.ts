import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { LOOPBACK } from './free-port.ts';

/** `reset`: closes connections and refuses new ones. `black_hole`: connections stay open, but nothing passes. */
export type CutKind = 'reset' | 'black_hole';

/** A TCP proxy to a server that can be cut and mended while client and server keep running. */
export class SeverableLine {
  readonly #server: Server;
  readonly #target: URL;
  readonly #open = new Set<Socket>();
  /** Connections accepted during a black hole: connected to the server when the line is mended. */
  readonly #waiting = new Set<Socket>();
  #cut: CutKind | undefined;
  #forwardedBytes = 0;
  readonly url: string;

  private constructor(server: Server, target: URL) {
    this.#server = server;
    this.#target = target;
    this.url = `${target.protocol}//${loginOf(target)}${LOOPBACK}:${(server.address() as AddressInfo).port}`;
    server.on('connection', (near) => this.#take(near));
  }

  static async to(target: string): Promise<SeverableLine> {
    const server = createServer({ noDelay: true });
    server.listen(0, LOOPBACK);
    await once(server, 'listening');
    return new SeverableLine(server, new URL(target));
  }

  /** Forwarded bytes in both directions, since the start. */
  get forwardedBytes(): number {
    return this.#forwardedBytes;
  }

  /**
   * Cuts the line. In a black hole, sent bytes wait in the senders' socket buffers, as when a network loses every
   * packet.
   */
  cut(kind: CutKind = 'reset'): void {
    this.#cut = kind;
    for (const socket of this.#open) {
      if (kind === 'reset') socket.destroy();
      else socket.pause();
    }
  }

  mend(): void {
    this.#cut = undefined;
    for (const near of this.#waiting) this.#join(near);
    for (const socket of this.#open) socket.resume();
    this.#waiting.clear();
  }

  close(): void {
    this.cut();
    for (const near of this.#waiting) near.destroy();
    this.#server.close();
  }

  #take(near: Socket): void {
    near.on('error', () => near.destroy());
    if (this.#cut === undefined) {
      this.#join(near);
    } else if (this.#cut === 'reset') {
      near.destroy();
    } else {
      near.pause();
      this.#waiting.add(near);
      near.on('close', () => this.#waiting.delete(near));
    }
  }

  #join(near: Socket): void {
    // Without a delay: small messages would wait for the confirmation of those before them.
    const far = connect({
      port: Number(this.#target.port),
      host: this.#target.hostname,
      noDelay: true,
    });
    this.#forward(near, far);
    this.#forward(far, near);
  }

  #forward(from: Socket, to: Socket): void {
    this.#open.add(from);
    from.on('error', () => to.destroy());
    from.on('close', () => {
      this.#open.delete(from);
      to.destroy();
    });
    from.on('data', (bytes: Buffer) => {
      this.#forwardedBytes += bytes.length;
      if (to.write(bytes)) return;
      from.pause();
      to.once('drain', () => {
        if (this.#cut === undefined) from.resume();
      });
    });
  }
}

/** The line has the login of its target, so that a client can use its URL in place of the target's. */
function loginOf({ username, password }: URL): string {
  return username === '' ? '' : `${username}:${password}@`;
}
