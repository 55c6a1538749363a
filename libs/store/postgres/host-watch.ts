import { Client } from 'pg';
import { HOST_QUESTION, hostState, type HostRow, type HostState } from './host-state.ts';
import { settlesWithin } from './retry-within.ts';
import { asAtStart, type UrlNow } from './url-now.ts';
import { typeParsers } from './values.ts';

/** How long a server may take to report its state before it counts as silent. */
const ANSWER_TIMEOUT_MS = 1_000;
/** How long the closing of a connection may take before it is abandoned. */
const GOODBYE_LIMIT_MS = 500;

/** Asks one server of the cluster for its state, over a connection that nothing else uses. */
export class HostWatch {
  readonly url: string;
  readonly #applicationName: string;
  readonly #urlNow: UrlNow;
  #client: Client | undefined;
  #asking: Promise<HostState> | undefined;
  #askingNext: Promise<HostState> | undefined;
  #state: HostState | undefined;
  #closed = false;

  constructor(url: string, applicationName: string, urlNow: UrlNow = asAtStart) {
    this.url = url;
    this.#applicationName = applicationName;
    this.#urlNow = urlNow;
  }

  /** The last state; undefined if the connection broke since, or the last question was not answered. */
  get state(): HostState | undefined {
    return this.#state;
  }

  /** Drops the state after a failed read, so that no other read tries this server until it answers again. */
  forget(): void {
    this.#state = undefined;
  }

  /**
   * Asks for the state as of now or later. Callers that come during a question share the next one, so any number of callers
   * cost one question at a time. Rejects if the server does not answer.
   */
  ask(): Promise<HostState> {
    if (this.#asking === undefined) return this.#ask();
    this.#askingNext ??= this.#asking
      .catch(() => undefined)
      .then(() => {
        this.#askingNext = undefined;
        return this.#ask();
      });
    return this.#askingNext;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#hangUp();
  }

  #ask(): Promise<HostState> {
    this.#asking = this.#question().finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  async #question(): Promise<HostState> {
    try {
      const client = await this.#connected();
      const askedAtMs = performance.now();
      const { rows } = await client.query<HostRow>({ name: 'host-state', text: HOST_QUESTION });
      const [row] = rows;
      if (row === undefined) throw new Error('a server did not report its state');
      this.#state = hostState(row, askedAtMs);
      return this.#state;
    } catch (error) {
      this.forget();
      void this.#hangUp();
      throw error;
    }
  }

  async #connected(): Promise<Client> {
    if (this.#closed) throw new Error('the watch is closed');
    if (this.#client !== undefined) return this.#client;
    const client = new Client({
      connectionString: this.#urlNow(this.url),
      application_name: this.#applicationName,
      connectionTimeoutMillis: ANSWER_TIMEOUT_MS,
      query_timeout: ANSWER_TIMEOUT_MS,
      keepAlive: true,
      types: typeParsers,
    });
    client.on('error', () => undefined);
    client.on('end', () => {
      if (this.#client === client) void this.#hangUp();
    });
    this.#client = client;
    await client.connect();
    return client;
  }

  async #hangUp(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    this.forget();
    // A silent host does not answer the close either.
    if (client !== undefined) await settlesWithin(client.end(), GOODBYE_LIMIT_MS);
  }
}
