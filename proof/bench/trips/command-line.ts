import type { NatsConnection } from '@nats-io/transport-node';
import { commandReply, type Command, type CommandInput, type CommandOutput } from '#libs/contracts';

const TIMEOUT_MS = 10_000;

/**
 * Sends commands in the packets of Nest's transport over a bare connection, so that the load generator costs little. Throws
 * if a command is not acknowledged: no step of a planned trip has a reason to be refused.
 */
export class CommandLine {
  readonly #bus: NatsConnection;
  #sent = 0;

  constructor(bus: NatsConnection) {
    this.#bus = bus;
  }

  async call<C extends Command>(command: C, input: CommandInput<C>): Promise<CommandOutput<C>> {
    this.#sent += 1;
    const packet = JSON.stringify({ id: String(this.#sent), pattern: command.subject, data: input });
    const answer = await this.#bus.request(command.subject, packet, { timeout: TIMEOUT_MS });
    const { response } = answer.json<{ response: unknown }>();
    const reply = commandReply.parse(response);
    if (!reply.ok) throw new Error(`${command.subject} was refused: ${JSON.stringify(reply.error)}`);
    return reply.value as CommandOutput<C>;
  }
}
