import { headers, type MsgHdrs, type Msg } from '@nats-io/transport-node';
import {
  NatsRequestJSONDeserializer,
  NatsResponseJSONDeserializer,
  type IncomingEvent,
  type IncomingRequest,
  type IncomingResponse,
} from '@nestjs/microservices';
import { machineTime, type Clock } from '#libs/service';

/** Header of a command: when its asker gives it up, in ms of service time. */
const DEADLINE_HEADER = 'Hailgrid-Deadline-Ms';

/** How far the clocks of two machines may differ before commands are refused as too late, wall time. */
export const CLOCK_TOLERANCE_MS = 250;

/** What a handler is given instead of the input of a command whose asker has given it up. */
export const LATE_COMMAND = Symbol('late command');

export function deadlineHeaders(deadlineMs: number): MsgHdrs {
  const envelope = headers();
  envelope.set(DEADLINE_HEADER, String(Math.ceil(deadlineMs)));
  return envelope;
}

/** A command without a deadline never is. */
export function isLate(envelope: MsgHdrs | undefined, clock: Clock): boolean {
  const deadline = envelope?.get(DEADLINE_HEADER) ?? '';
  return deadline !== '' && clock.now() > Number(deadline) + machineTime(clock, CLOCK_TOLERANCE_MS);
}

/** How a command came in, as Nest's server tells its deserializer. */
interface Arrival {
  channel?: string;
  replyTo?: string;
}

/**
 * Reads a command's packet. What is no packet is a request all the same, whose input is what it holds: the handler's
 * schema refuses it and the asker hears why, where Nest would leave it to its timeout. Of
 * what comes too late only the asker is kept.
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
    // Without a reply subject there is nobody to answer, and Nest takes what has no id as an event.
    const unread = { ...(replyTo !== undefined && { id: replyTo }), pattern: channel, data: undefined };
    try {
      const read = { ...unread, ...(await super.deserialize(message, { channel, replyTo })) };
      return isLate(message.headers, this.#clock) ? { ...read, data: LATE_COMMAND } : read;
    } catch {
      return unread;
    }
  }
}

/** Reads a reply. What is not JSON is a failed command here; Nest lets it reject unhandled, which ends the process. */
export class CommandReplyDeserializer extends NatsResponseJSONDeserializer {
  override async deserialize(message: Msg): Promise<IncomingResponse> {
    try {
      return await super.deserialize(message);
    } catch (error) {
      return { id: '', err: error, isDisposed: true };
    }
  }
}
