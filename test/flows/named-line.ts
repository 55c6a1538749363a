import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { LOOPBACK } from '../../dev/network/free-port.ts';

/** The name in a NATS client's CONNECT message. */
const NAME = /^CONNECT .*"name":"([^"]+)"/m;

/** A TCP proxy to a nats-server that can cut off single clients by name. */
export class NamedLine {
  readonly #server: Server;
  readonly #target: URL;
  readonly #open = new Map<Socket, string | undefined>();
  readonly #cut = new Set<string>();
  readonly url: string;

  private constructor(server: Server, target: URL) {
    this.#server = server;
    this.#target = target;
    this.url = `nats://${LOOPBACK}:${(server.address() as AddressInfo).port}`;
    server.on('connection', (near) => this.#join(near));
  }

  static async to(target: string): Promise<NamedLine> {
    const server = createServer();
    server.listen(0, LOOPBACK);
    await once(server, 'listening');
    return new NamedLine(server, new URL(target));
  }

  /** Disconnects the client of this name, now and at each reconnect. */
  cut(name: string): void {
    this.#cut.add(name);
    for (const [socket, known] of this.#open) if (known === name) socket.destroy();
  }

  mend(name: string): void {
    this.#cut.delete(name);
  }

  close(): void {
    for (const socket of this.#open.keys()) socket.destroy();
    this.#server.close();
  }

  #join(near: Socket): void {
    const far = connect(Number(this.#target.port), this.#target.hostname);
    this.#open.set(near, undefined);
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      one.on('error', () => other.destroy());
      one.on('close', () => other.destroy());
    }
    near.on('close', () => this.#open.delete(near));
    far.pipe(near);
    near.on('data', (bytes: Buffer) => {
      const name = this.#open.get(near) ?? NAME.exec(bytes.toString())?.[1];
      this.#open.set(near, name);
      if (name !== undefined && this.#cut.has(name)) near.destroy();
      else far.write(bytes);
    });
  }
}
