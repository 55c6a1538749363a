import type { Chance } from './backoff.ts';
import { Events } from './events.ts';
import { HailgridProblem } from './problem.ts';
import type { HttpClientOptions, TokenSource } from './rest/http-client.ts';
import { TypedClient } from './rest/typed-client.ts';
import { Answers, problemOf } from './socket/answers.ts';
import type { AnyFrame, WebSocketClass } from './socket/protocol.ts';
import { SeenTrips, type SeenTrip } from './socket/seen-trips.ts';
import { ServerClock } from './socket/server-clock.ts';
import { StreamLink, type LinkEnd, type StreamLinkOptions } from './socket/stream-link.ts';
import { TokenRenewal } from './socket/token-renewal.ts';

export interface ClientOptions {
  /** Base URL of the API, such as `https://riders.example.com`. */
  url: string;
  /** Gives the access token, again and again: before each request, and before the token of the WebSocket ends. */
  token: TokenSource;
  /** The class of WebSockets; unless given, the global one. Node.js has it from 22 on. */
  WebSocket?: WebSocketClass;
  fetch?: (url: string, init: RequestInit) => Promise<Response>;
  /** A clock in milliseconds since the epoch; unless given `Date.now`. */
  now?: () => number;
  /** Milliseconds of the service in one of `now`: other than 1 only where the time of a city is compressed. */
  clockRate?: number;
  /** Random numbers for the pauses between repetitions; unless given `Math.random`. */
  chance?: Chance;
  /** For programs with many clients, such as a simulation: what else the requests take. */
  http?: Pick<HttpClientOptions, 'attempts' | 'admit'>;
  /** For programs with many clients: what else the WebSocket takes. */
  link?: Pick<StreamLinkOptions<AnyFrame>, 'read' | 'admit' | 'isFinal' | 'heartbeatMs'>;
}

/** The id of the frames that say that an offer has arrived. */
export const RECEIPT_ID = 'received';

/** Events that riders and drivers have in common. */
export interface ConnectionEvents {
  /** The WebSocket is open, for the first time or again. */
  open: undefined;
  /** The WebSocket is lost; it is being opened again. */
  lost: undefined;
  /** The WebSocket stays closed until the next `connect`. */
  end: LinkEnd;
  /** An error that answers no call: a refused position, a failed attempt to connect. */
  problem: HailgridProblem;
}

/** The way in which an idempotent change may be repeated by the app, also in another process. */
export interface ChangeOptions {
  /** Unless given, a new one; the SDK keeps it over its own repetitions. */
  idempotencyKey?: string;
  /** Called with `performance.now()` just before the first request is sent. */
  onSend?: (wallMs: number) => void;
}

/** The common part of riders' and drivers' clients: REST, and a WebSocket that stays connected and resumes. */
export abstract class StreamingClient<Paths, Trip extends SeenTrip, E extends ConnectionEvents> {
  protected readonly api: TypedClient<Paths>;
  protected readonly seen = new SeenTrips<Trip>();
  protected readonly clock: ServerClock;
  protected readonly events = new Events<E>();
  protected readonly answers = new Answers((frame) => this.sendFrame(frame));
  readonly #options: ClientOptions;
  readonly #renewal: TokenRenewal;
  readonly #openTicket: () => Promise<string>;
  readonly #stopping = new AbortController();
  #link: StreamLink<AnyFrame> | undefined;

  protected constructor(
    options: ClientOptions,
    openTicket: (api: TypedClient<Paths>) => Promise<{ ticket: string }>,
  ) {
    this.#options = options;
    this.clock = new ServerClock(options.now, options.clockRate);
    this.#renewal = new TokenRenewal(options.token, (token) => this.#present(token));
    const { url, fetch, chance, http = {} } = options;
    this.api = new TypedClient<Paths>({
      ...http,
      url,
      token: (rejected) => this.#renewal.token(rejected),
      signal: this.#stopping.signal,
      ...(fetch !== undefined && { fetch }),
      ...(chance !== undefined && { chance }),
    });
    this.#openTicket = async () => (await openTicket(this.api)).ticket;
  }

  /** Handles a frame that is no answer to a call. */
  protected abstract receive(frame: AnyFrame): void;

  /** Calls the listener at each such event; the answer ends that. */
  on<K extends keyof E>(name: K, listener: (event: E[K]) => void): () => void {
    return this.events.on(name, listener);
  }

  get isConnected(): boolean {
    return this.#link?.isOpen ?? false;
  }

  /** Milliseconds since the epoch as the service counts them: what its times and deadlines are compared with. */
  serverNow(): number {
    return this.clock.now();
  }

  /** How far the clock of the service is ahead of this one, in milliseconds. */
  get clockOffsetMs(): number {
    return this.clock.offsetMs;
  }

  /**
   * Opens the WebSocket, and keeps it: after each loss it is opened again, and what was missed is asked for.
   * Resolves when it is open. @throws HailgridProblem if the service refuses for good
   */
  async connect(): Promise<void> {
    if (this.#stopping.signal.aborted) throw new HailgridProblem('stopped', 'the client was closed');
    if (this.#link !== undefined) return;
    const link = this.#createLink();
    this.#link = link;
    await link.open();
  }

  /** Closes the WebSocket and ends calls under way. The client is of no use afterwards. */
  close(): void {
    this.#stopping.abort();
    this.#link?.close();
  }

  /** Ends without a word to the service, as a phone whose battery died. */
  vanish(): void {
    this.#stopping.abort();
    this.#link?.vanish();
  }

  protected sendFrame(frame: string): boolean {
    return this.#link?.send(frame) ?? false;
  }

  #createLink(): StreamLink<AnyFrame> {
    const { url, WebSocket, chance, link: settings } = this.#options;
    const events = this.events as unknown as Events<ConnectionEvents>;
    const link = new StreamLink<AnyFrame>({
      ...settings,
      url,
      WebSocket,
      chance,
      openTicket: this.#openTicket,
      onFrame: (frame) => this.#take(frame),
      onOpen: () => {
        this.#renewal.start();
        this.#resume();
        events.emit('open', undefined);
      },
      onLost: () => {
        this.#renewal.stop();
        this.answers.lose();
        events.emit('lost', undefined);
      },
      onEnd: (end) => {
        if (this.#link === link) this.#link = undefined;
        this.#renewal.stop();
        this.answers.lose();
        events.emit('end', end);
      },
      onProblem: (problem) => events.emit('problem', problem),
    });
    return link;
  }

  /** Asks for what happened meanwhile. */
  #resume(): void {
    const trips = this.seen.toResume();
    if (trips.length > 0) this.#quietly(this.answers.ask('resume', { trips }));
  }

  async #present(token: string): Promise<boolean> {
    try {
      await this.answers.ask('token', { token });
      return true;
    } catch (error) {
      this.#report(error);
      return false;
    }
  }

  /** Reports the failure of a frame that no caller waits for. */
  #quietly(answer: Promise<unknown>): void {
    answer.catch((error: unknown) => this.#report(error));
  }

  #report(error: unknown): void {
    if (!(error instanceof HailgridProblem)) throw error;
    (this.events as unknown as Events<ConnectionEvents>).emit('problem', error);
  }

  #take(frame: AnyFrame): void {
    if ((frame.type === 'ack' || frame.type === 'error') && this.answers.take(frame)) return;
    // An offer that has closed meanwhile needs no receipt.
    if (frame.type === 'error' && frame.id !== RECEIPT_ID) this.#report(problemOf(frame.data));
    if ((frame.type === 'welcome' || frame.type === 'heartbeat') && 'at' in frame.data)
      this.clock.hear(String(frame.data.at));
    this.receive(frame);
  }
}
