import type { Msg, NatsConnection, Subscription } from '@nats-io/transport-node';
import type { z } from 'zod';
import { HailgridError } from '#libs/contracts';
import { isInbox } from '#libs/nats';
import type { DroppedMessage } from './log-dropped.ts';

/**
 * Calls `onMessage` for each message and passes its exceptions to `onDropped`. An exception that reaches the client
 * would stop it from reading the whole connection until missed pings reveal that.
 */
export function subscribe(
  bus: NatsConnection,
  subject: string,
  onMessage: (message: Msg) => void,
  onDropped: DroppedMessage,
): Subscription {
  return bus.subscribe(subject, {
    callback: (error, message) => {
      if (error) return onDropped(error, subject);
      try {
        onMessage(message);
      } catch (failure) {
        onDropped(failure, message.subject);
      }
    },
  });
}

/** Publishes without waiting. While the connection is down the message is lost, as any hint may be. */
export function publishJson(bus: NatsConnection, subject: string, message: unknown): void {
  if (!bus.isClosed()) bus.publish(subject, JSON.stringify(message));
}

/**
 * Calls `onMessage` for each valid message. Invalid messages, and those on which it throws, are dropped and go to
 * `onDropped`.
 */
export function subscribeJson<S extends z.ZodType>(
  bus: NatsConnection,
  subject: string,
  schema: S,
  onMessage: (message: z.output<S>, subject: string) => void,
  onDropped: DroppedMessage,
): Subscription {
  return subscribe(
    bus,
    subject,
    (message) => onMessage(schema.parse(readJson(message)), message.subject),
    onDropped,
  );
}

/** Sends an answer to the inbox of the caller, and nowhere else: a request may name any subject for its answer. */
export function respondJson(message: Msg, answer: unknown): void {
  if (isInbox(message.reply)) message.respond(JSON.stringify(answer));
}

/** Answers requests on a subject of this instance; if the handler throws, the caller times out. */
export function serveJson<I extends z.ZodType, O>(
  bus: NatsConnection,
  subject: string,
  schema: I,
  handle: (input: z.output<I>) => O | Promise<O>,
  onDropped: DroppedMessage,
): Subscription {
  const answer = async (message: Msg): Promise<void> => {
    try {
      if (!isInbox(message.reply)) throw new Error(`no inbox to answer to: ${message.reply ?? 'none'}`);
      message.respond(JSON.stringify(await handle(schema.parse(readJson(message)))));
    } catch (failure) {
      onDropped(failure, subject);
    }
  };
  return subscribe(bus, subject, (message) => void answer(message), onDropped);
}

/** Asks one instance. Throws `unavailable` if no process listens or the answer is late or malformed. */
export async function requestJson<O extends z.ZodType>(
  bus: NatsConnection,
  subject: string,
  message: unknown,
  output: O,
  timeoutMs: number,
): Promise<z.output<O>> {
  try {
    const reply = await bus.request(subject, JSON.stringify(message), { timeout: timeoutMs });
    return output.parse(readJson(reply));
  } catch (error) {
    throw new HailgridError('unavailable', `${subject}: no usable answer`, { cause: error });
  }
}

/**
 * Asks every listening instance and returns the answers that arrive in time, without the malformed ones, which go to
 * `onDropped`. Throws `unavailable` if no process listens or there is no connection.
 */
export async function requestAllJson<O extends z.ZodType>(
  bus: NatsConnection,
  subject: string,
  message: unknown,
  output: O,
  { windowMs, maxAnswers, onDropped }: { windowMs: number; maxAnswers: number; onDropped?: DroppedMessage },
): Promise<z.output<O>[]> {
  const answers: z.output<O>[] = [];
  try {
    const options = { strategy: 'timer', maxWait: windowMs } as const;
    for await (const reply of await bus.requestMany(subject, JSON.stringify(message), options)) {
      const { success, data, error } = output.safeParse(readJson(reply));
      if (success) answers.push(data);
      else onDropped?.(error, subject);
      if (answers.length >= maxAnswers) break;
    }
  } catch (error) {
    throw new HailgridError('unavailable', `${subject}: no process could be asked`, { cause: error });
  }
  return answers;
}

function readJson(message: Msg): unknown {
  try {
    return message.json<unknown>();
  } catch {
    return undefined;
  }
}
