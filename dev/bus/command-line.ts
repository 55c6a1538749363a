import { headers, type NatsConnection } from '@nats-io/transport-node';
import {
  COMMAND_TOKEN_HEADER,
  commandReply,
  HailgridError,
  type Command,
  type CommandInput,
  type CommandOutput,
} from '#libs/contracts';

const TIMEOUT_MS = 10_000;

/**
 * Sends commands in the packets of Nest's transport over a bare connection, so that a load generator costs little. Throws
 * the handler's error if a command is not acknowledged.
 */
export class CommandLine {
  readonly #bus: NatsConnection;
  #sent = 0;

  constructor(bus: NatsConnection) {
    this.#bus = bus;
  }

  /** @param token access token of the person that the command names */
  async call<C extends Command>(
    command: C,
    input: CommandInput<C>,
    token?: string,
  ): Promise<CommandOutput<C>> {
    this.#sent += 1;
    const packet = JSON.stringify({ id: String(this.#sent), pattern: command.subject, data: input });
    const answer = await this.#bus.request(command.subject, packet, {
      timeout: TIMEOUT_MS,
      ...(token !== undefined && { headers: withToken(token) }),
    });
    const { response } = answer.json<{ response: unknown }>();
    const reply = commandReply.parse(response);
    if (reply.ok) return reply.value as CommandOutput<C>;
    throw new HailgridError(
      reply.error.code,
      `${command.subject} was refused: ${JSON.stringify(reply.error)}`,
    );
  }
}

function withToken(token: string) {
  const envelope = headers();
  envelope.set(COMMAND_TOKEN_HEADER, token);
  return envelope;
}
