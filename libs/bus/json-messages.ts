import type { Msg, NatsConnection, Subscription } from '@nats-io/transport-node';
import type { z } from 'zod';
import { HailgridError } from '#libs/contracts';
import type { DroppedMessage } from './log-dropped.ts';

/**
 * Calls for each message. What the callback throws goes to `onDropped`: let into the client, it would end the reading
 * of the whole connection, and the process would be deaf until the missed pings show.
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

/** Publishes without waiting; where the connection is down the message is lost, as every hint may be. */
export function publishJson(bus: NatsConnection, subject: string, message: unknown): void {
  if (!bus.isClosed()) bus.publish(subject, JSON.stringify(message));
}

/**
 * Calls for each message that has the expected form; others, and those it throws at, go to `onDropped` and are
 * dropped.
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

/** Answers requests on a subject of this instance; a handler that throws leaves the asker to its timeout. */
export function serveJson<I extends z.ZodType, O>(
  bus: NatsConnection,
  subject: string,
  schema: I,
  handle: (input: z.output<I>) => O | Promise<O>,
  onDropped: DroppedMessage,
): Subscription {
  const answer = async (message: Msg): Promise<void> => {
    try {
      message.respond(JSON.stringify(await handle(schema.parse(readJson(message)))));
    } catch (failure) {
      onDropped(failure, subject);
    }
  };
  return subscribe(bus, subject, (message) => void answer(message), onDropped);
}

/** Asks one instance. Throws `unavailable` where nobody listens or the answer takes too long. */
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
 * Asks whoever listens, and gives the answers that come in time; those of another form are passed over. Throws
 * `unavailable` where nobody listens or there is no connection.
 */
export async function requestAllJson<O extends z.ZodType>(
  bus: NatsConnection,
  subject: string,
  message: unknown,
  output: O,
  { windowMs, maxAnswers }: { windowMs: number; maxAnswers: number },
): Promise<z.output<O>[]> {
  const answers: z.output<O>[] = [];
  try {
    const options = { strategy: 'timer', maxWait: windowMs } as const;
    for await (const reply of await bus.requestMany(subject, JSON.stringify(message), options)) {
      const { success, data } = output.safeParse(readJson(reply));
      if (success) answers.push(data);
      if (answers.length >= maxAnswers) break;
    }
  } catch (error) {
    throw new HailgridError('unavailable', `${subject}: nobody could be asked`, { cause: error });
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
