import type { ClientRequest, IncomingMessage } from 'node:http';
import { WebSocket } from 'ws';
import type { z } from 'zod';
import { HEARTBEAT_INTERVAL_MS, MAX_FRAME_BYTES } from '#libs/contracts';
import type { Random } from '#libs/random';
import { HailgridProblem, StreamLink, type LinkEnd, type StreamLinkOptions, type WebSocketClass } from '#sdk';
import type { RequestSlots } from './request-slots.ts';

/**
 * Largest frame accepted from the server. An acknowledgement holds a trip and a driver, so it is larger than a
 * client's frame.
 */
const MAX_SERVER_FRAME_BYTES = 4 * MAX_FRAME_BYTES;

export interface PhoneLinkOptions<F> {
  /** Base URL of the API. */
  url: string;
  openTicket: () => Promise<string>;
  frames: z.ZodType<F>;
  random: Random;
  onFrame: (frame: F) => void;
  onOpen?: () => void;
}

type LinkHabits<F> = Pick<StreamLinkOptions<F>, 'admit' | 'heartbeatMs' | 'isFinal' | 'read'>;

/**
 * The WebSockets of all phones, by the SDK. Counts as errors: a frame that breaks the contract, a refused ticket, a
 * refused handshake, and the end of a link by newer sockets of its phone, which has none.
 */
export class PhoneNetwork {
  readonly #slots: RequestSlots;
  readonly #heartbeatMs: number;
  readonly #report: (code: string) => void;
  /** Sockets for phones. */
  readonly WebSocket: WebSocketClass;

  /** @param slots bound how many sockets are being opened at once */
  constructor(slots: RequestSlots, clockSpeed: number, report: (code: string) => void) {
    this.#slots = slots;
    // A service on a fast clock counts heartbeats in service time, so the fleet sends them at least that often.
    this.#heartbeatMs = HEARTBEAT_INTERVAL_MS / clockSpeed;
    this.#report = report;
    this.WebSocket = phoneSocket(() => report('socket_refused'));
  }

  link<F>(options: PhoneLinkOptions<F>): StreamLink<F> {
    const { openTicket, frames, random, ...rest } = options;
    return new StreamLink<F>({
      ...rest,
      ...this.habits(frames),
      openTicket: () => this.#counted(openTicket),
      WebSocket: this.WebSocket,
      chance: () => random.fraction(),
      onEnd: (end) => this.ended(end),
    });
  }

  /** How a phone opens, reads and keeps its socket. @param ignoredType frames of this type are skipped without parsing */
  habits<F>(frames: z.ZodType<F>, ignoredType?: string): LinkHabits<F> {
    const ignoredPrefix = ignoredType && `{"type":"${ignoredType}"`;
    return {
      admit: (attempt) => this.#slots.run(attempt),
      heartbeatMs: this.#heartbeatMs,
      // What a phone of the fleet asks for is right: each refusal is an error, and passes.
      isFinal: () => false,
      read: (text) => {
        if (ignoredPrefix !== undefined && text.startsWith(ignoredPrefix)) return undefined;
        const parsed = frames.safeParse(parseJson(text));
        if (!parsed.success) this.#report('bad_frame');
        return parsed.data;
      },
    };
  }

  /** A phone's link has ended. */
  ended(end: LinkEnd): void {
    if (end !== 'closed') this.#report(`socket_${end}`);
  }

  /** Counts why there is no ticket. A socket that does not open is no error: its service may have died. */
  async #counted(openTicket: () => Promise<string>): Promise<string> {
    try {
      return await openTicket();
    } catch (error) {
      if (error instanceof HailgridProblem && error.code !== 'stopped') this.#report(error.code);
      throw error;
    }
  }
}

/** Sockets that take no overlong frame, and tell of a handshake that was refused. */
function phoneSocket(onRefused: () => void): WebSocketClass {
  return class extends WebSocket {
    constructor(url: string, protocols: string) {
      super(url, protocols, { perMessageDeflate: false, maxPayload: MAX_SERVER_FRAME_BYTES });
      this.once('unexpected-response', (_: ClientRequest, { statusCode = 0 }: IncomingMessage) => {
        if (statusCode < 500) onRefused();
        this.terminate();
      });
    }
  };
}

/** Parses a text as JSON. Returns undefined, which no schema accepts, for a text that is not JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
