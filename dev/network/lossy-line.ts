import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { LOOPBACK } from './free-port.ts';

/**
 * A TCP proxy that drops the connection when the server replies: the server has done the work, but the client gets no
 * reply. A new connection works at once.
 */
export class LossyLine {
  readonly #server: Server;
  readonly #target: URL;
  readonly #losesReplyTo: (sent: Buffer) => boolean;
  #losesNext = false;
  #lost = 0;

  private constructor(server: Server, target: URL, losesReplyTo: (sent: Buffer) => boolean) {
    this.#server = server;
    this.#target = target;
    this.#losesReplyTo = losesReplyTo;
    server.on('connection', (near) => this.#join(near));
  }

  /** @param losesReplyTo selects the sent bytes whose reply is lost; none by default */
  static async to(target: string, losesReplyTo: (sent: Buffer) => boolean = () => false): Promise<LossyLine> {
    const server = createServer();
    server.listen(0, LOOPBACK);
    await once(server, 'listening');
    return new LossyLine(server, new URL(target), losesReplyTo);
  }

  /** The target's URL through this proxy. */
  get url(): string {
    const url = new URL(this.#target);
    url.host = `${LOOPBACK}:${(this.#server.address() as AddressInfo).port}`;
    return url.href;
  }

  /** Number of lost replies. */
  get lost(): number {
    return this.#lost;
  }

  /** Drops the server's next reply, on any connection. */
  loseNextReply(): void {
    this.#losesNext = true;
  }

  close(): void {
    this.#server.close();
  }

  #join(near: Socket): void {
    const far = connect(Number(this.#target.port), this.#target.hostname);
    let isLosing = false;
    near.on('data', (sent: Buffer) => {
      isLosing ||= this.#losesReplyTo(sent);
      far.write(sent);
    });
    far.on('data', (reply: Buffer) => {
      if (!isLosing && !this.#losesNext) return void near.write(reply);
      this.#losesNext = false;
      this.#lost += 1;
      near.destroy();
    });
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      one.on('error', () => other.destroy());
      one.on('close', () => other.destroy());
    }
  }
}
