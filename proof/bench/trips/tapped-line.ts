import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { LOOPBACK } from '../../../dev/network/free-port.ts';
import { ClientMessages, type SentStatement } from './client-messages.ts';

/** A TCP proxy to Postgres that records the committed transactions. */
export class TappedLine {
  readonly #server: Server;
  readonly #target: URL;
  /** The statements of each transaction between its BEGIN and its COMMIT, in the order of the commits. */
  readonly committed: SentStatement[][] = [];

  private constructor(server: Server, target: URL) {
    this.#server = server;
    this.#target = target;
    server.on('connection', (near) => this.#join(near));
  }

  static async to(postgresUrl: string): Promise<TappedLine> {
    const server = createServer();
    server.listen(0, LOOPBACK);
    await once(server, 'listening');
    return new TappedLine(server, new URL(postgresUrl));
  }

  /** The URL to connect to instead. */
  get url(): string {
    const url = new URL(this.#target);
    url.host = `${LOOPBACK}:${(this.#server.address() as AddressInfo).port}`;
    return url.href;
  }

  close(): void {
    this.#server.close();
  }

  #join(near: Socket): void {
    const far = connect(Number(this.#target.port), this.#target.hostname);
    const messages = new ClientMessages();
    let open: SentStatement[] | undefined;
    near.on('data', (bytes: Buffer) => {
      for (const statement of messages.read(bytes)) {
        if (statement.text === 'BEGIN') open = [];
        else if (statement.text !== 'COMMIT') open?.push(statement);
        else if (open !== undefined) {
          this.committed.push(open);
          open = undefined;
        }
      }
    });
    near.pipe(far);
    far.pipe(near);
    near.on('error', () => far.destroy());
    far.on('error', () => near.destroy());
  }
}
