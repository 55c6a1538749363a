import { ClientNats, NatsRecordBuilder } from '@nestjs/microservices';
import { firstValueFrom, timeout } from 'rxjs';
import type { z } from 'zod';
import {
  commandReply,
  HailgridError,
  type Command,
  type CommandInput,
  type CommandOutput,
} from '#libs/contracts';
import type { BusAccess } from '#libs/nats';
import { machineTime, presentToken, type Clock } from '#libs/service';
import { commandHeaders } from './command-packets.ts';
import { commandClientOptions } from './command-transport.ts';

/** How many commands a process may have unanswered; any further one gets `unavailable`. */
export const MAX_COMMANDS_IN_FLIGHT = 4_096;

/** Status that Nest's client reports while it is connected. */
const CONNECTED = 'connected';
/**
 * Shortest wait for a reply, in wall time: compressed service time does not make Postgres faster.
 */
const MIN_TIMEOUT_MS = 2_000;

/** Sends commands through Nest's NATS transport and turns their replies back into values and errors. */
export class CommandClient {
  readonly #proxy: ClientNats;
  readonly #clock: Clock;
  #inFlight = 0;
  #connected = false;

  constructor(access: BusAccess, name: string, clock: Clock) {
    this.#proxy = new ClientNats(commandClientOptions(access, name));
    this.#clock = clock;
    this.#proxy.status.subscribe((status: string) => (this.#connected = status === CONNECTED));
  }

  /** Whether commands reach NATS now. They use a connection of their own, not the raw one. */
  get connected(): boolean {
    return this.#connected;
  }

  async connect(): Promise<void> {
    await this.#proxy.connect();
  }

  async close(): Promise<void> {
    await this.#proxy.close();
  }

  /**
   * Returns the command's validated output. Throws the handler's error with its code, or `unavailable` if no reply
   * comes in time: the outcome is then unknown, and the caller retries with the same idempotency key. After the timeout
   * no handler starts the command any more.
   */
  async call<C extends Command>(command: C, input: CommandInput<C>): Promise<CommandOutput<C>> {
    if (this.#inFlight >= MAX_COMMANDS_IN_FLIGHT) {
      throw new HailgridError(
        'unavailable',
        `${command.subject}: ${MAX_COMMANDS_IN_FLIGHT} commands in flight`,
      );
    }
    this.#inFlight += 1;
    try {
      return this.#read(command, await this.#send(command, input));
    } finally {
      this.#inFlight -= 1;
    }
  }

  async #send(command: Command, input: unknown): Promise<unknown> {
    const limitMs = Math.max(MIN_TIMEOUT_MS, command.timeoutMs / this.#clock.speed);
    const deadlineMs = this.#clock.now() + machineTime(this.#clock, limitMs);
    const envelope = commandHeaders(deadlineMs, command.person === undefined ? undefined : presentToken());
    const record = new NatsRecordBuilder(input).setHeaders(envelope).build();
    try {
      return await firstValueFrom(
        this.#proxy.send<unknown, unknown>(command.subject, record).pipe(timeout(limitMs)),
      );
    } catch (error) {
      throw new HailgridError('unavailable', `${command.subject}: no reply`, { cause: error });
    }
  }

  #read<C extends Command>(command: C, raw: unknown): CommandOutput<C> {
    const reply = usable(commandReply, raw, command);
    if (reply.ok) return usable(command.output, reply.value, command) as CommandOutput<C>;
    const { code, detail, issues, retry_after_s: retryAfterS, distance_m: distanceM } = reply.error;
    throw new HailgridError(code, `${command.subject} refused`, {
      ...(detail !== undefined && { detail }),
      issues: issues ?? [],
      ...(retryAfterS !== undefined && { retryAfterS }),
      ...(distanceM !== undefined && { distanceM }),
    });
  }
}

/** A malformed reply is the handler's mistake, not the caller's: `unavailable`, since the outcome is unknown. */
function usable<S extends z.ZodType>(schema: S, reply: unknown, { subject }: Command): z.output<S> {
  const parsed = schema.safeParse(reply);
  if (parsed.success) return parsed.data;
  throw new HailgridError('unavailable', `${subject}: no usable reply`, { cause: parsed.error });
}
