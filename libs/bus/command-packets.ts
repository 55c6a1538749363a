import { headers, type MsgHdrs, type Msg } from '@nats-io/transport-node';
import {
  NatsRequestJSONDeserializer,
  NatsResponseJSONDeserializer,
  type IncomingEvent,
  type IncomingRequest,
  type IncomingResponse,
} from '@nestjs/microservices';
import { COMMAND_TOKEN_HEADER } from '#libs/contracts';
import { isInbox } from '#libs/nats';
import { machineTime, type Clock } from '#libs/service';

/** Header of a command: when its caller gives up, in ms of service time. */
const DEADLINE_HEADER = 'Hailgrid-Deadline-Ms';

/** How far the clocks of two machines may differ before commands are refused as late, in wall time. */
export const CLOCK_TOLERANCE_MS = 250;

/** A command's input with the deadline of its caller. */
export class ArrivedCommand {
  readonly input: unknown;
  readonly isLate: () => boolean;
  readonly token: string | undefined;

  /**
   * @param isLate whether the caller has given up by now
   * @param token access token of the person that the command names
   */
  constructor(input: unknown, isLate: () => boolean, token?: string) {
    this.input = input;
    this.isLate = isLate;
    this.token = token;
  }
}

/** The headers of a command: its deadline, and the access token of the person that it names. */
export function commandHeaders(deadlineMs: number, token?: string): MsgHdrs {
  const envelope = headers();
  envelope.set(DEADLINE_HEADER, String(Math.ceil(deadlineMs)));
  if (token !== undefined) envelope.set(COMMAND_TOKEN_HEADER, token);
  return envelope;
}

/** Whether the command's deadline is past. A command without a deadline is never late. */
export function isLate(envelope: MsgHdrs | undefined, clock: Clock): boolean {
  const deadline = envelope?.get(DEADLINE_HEADER) ?? '';
  return deadline !== '' && clock.now() > Number(deadline) + machineTime(clock, CLOCK_TOLERANCE_MS);
}

function tokenIn(envelope: MsgHdrs | undefined): string | undefined {
  return envelope?.get(COMMAND_TOKEN_HEADER) || undefined;
}

/** The context that Nest's server passes to its deserializer. */
interface Arrival {
  channel?: string;
  replyTo?: string;
}

/**
 * Reads a command's packet. Passes a malformed packet on as a request without input, so that the handler's schema
 * refuses it and the caller gets the reason: Nest would let the caller time out. The input is an {@link ArrivedCommand}.
 */
export class CommandRequestDeserializer extends NatsRequestJSONDeserializer {
  readonly #clock: Clock;

  constructor(clock: Clock) {
    super();
    this.#clock = clock;
  }

  override async deserialize(
    message: Msg,
    { channel, replyTo }: Arrival = {},
  ): Promise<IncomingRequest | IncomingEvent> {
    // A packet without an id and without input: it is refused, and nothing is published on the subject it names.
    if (replyTo !== undefined && replyTo !== '' && !isInbox(replyTo))
      return { pattern: channel, data: undefined };
    // Without a reply subject there is no caller to answer: Nest treats a packet without an id as an event.
    const unread = { ...(replyTo !== undefined && { id: replyTo }), pattern: channel, data: undefined };
    try {
      const read = { ...unread, ...(await super.deserialize(message, { channel, replyTo })) };
      const { data } = read;
      return {
        ...read,
        data: new ArrivedCommand(data, () => isLate(message.headers, this.#clock), tokenIn(message.headers)),
      };
    } catch {
      return unread;
    }
  }
}

/** Reads a reply. One that is not JSON fails its command; in Nest its unhandled rejection would end the process. */
export class CommandReplyDeserializer extends NatsResponseJSONDeserializer {
  override async deserialize(message: Msg): Promise<IncomingResponse> {
    try {
      return await super.deserialize(message);
    } catch (error) {
      return { id: '', err: error, isDisposed: true };
    }
  }
}
