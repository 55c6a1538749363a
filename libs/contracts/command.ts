import { z } from 'zod';
import type { CommandSharing } from './command-class.ts';
import type { BusRole } from './bus-roles.ts';
import type { Role } from './ids.ts';
import { errorReply } from './problem.ts';

/**
 * A request/reply message between services: its NATS subject and the schemas of both ways. The handler and every
 * caller take their types and their validation from the same object.
 */
export interface Command<I extends z.ZodType = z.ZodType, O extends z.ZodType = z.ZodType> {
  subject: string;
  input: I;
  output: O;
  sharing: CommandSharing;
  /** The roles that may send it; `trips` handles all of them. nats-server refuses every other role. */
  callers: readonly BusRole[];
  /**
   * Finds the person in whose name the command acts. The command carries that person's access token, and `trips` checks it,
   * so that a stolen API process acts only for people who are present.
   */
  person: ((input: z.output<I>) => Person | undefined) | undefined;
  /** Service time after which the caller reports `unavailable`; the outcome is then unknown. */
  timeoutMs: number;
}

export type CommandInput<C extends Command> = z.input<C['input']>;
export type CommandOutput<C extends Command> = z.output<C['output']>;

/**
 * How long a command waits for its reply before the caller gets `unavailable`. Long enough for the first seconds of
 * a Postgres failover, short enough for a phone.
 */
const DEFAULT_COMMAND_TIMEOUT_MS = 5_000;

/** What a command declares beside its messages. */
export interface CommandSettings<I extends z.ZodType = z.ZodType> {
  callers: readonly BusRole[];
  person?: (input: z.output<I>) => Person | undefined;
  timeoutMs?: number;
}

/** Header of a command that acts for a person: the person's access token. */
export const COMMAND_TOKEN_HEADER = 'Hailgrid-Token';

/** A person in one role, by its internal id; an operator without one may be any operator. */
export interface Person {
  role: Role;
  id?: string;
}

/** The person of a command that names a rider. */
export const byRider = ({ rider_id }: { rider_id: string }): Person => ({ role: 'rider', id: rider_id });

/** The person of a command that names a driver. */
export const byDriver = ({ driver_id }: { driver_id: string }): Person => ({ role: 'driver', id: driver_id });

/** Defines a command. `sharing` may be the class alone. */
export function defineCommand<I extends z.ZodType, O extends z.ZodType>(
  sharing: CommandSharing | CommandSharing['of'],
  subject: string,
  input: I,
  output: O,
  { callers, person, timeoutMs = DEFAULT_COMMAND_TIMEOUT_MS }: CommandSettings<I>,
): Command<I, O> {
  return {
    subject,
    input,
    output,
    sharing: typeof sharing === 'string' ? { of: sharing, alone: false } : sharing,
    callers,
    person,
    timeoutMs,
  };
}

/** The reply to a command: its output, or an error. */
export const commandReply = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), value: z.unknown() }),
  z.object({ ok: z.literal(false), error: errorReply }),
]);
export type CommandReply = z.infer<typeof commandReply>;

/** A caller's idempotency key: printable characters, in a header or in a frame. */
export const idempotencyKey = z
  .string()
  .regex(/^[\x21-\x7e]{1,200}$/)
  .meta({ description: 'same key and request: the first answer again; same key, other request: refused' });

/**
 * The caller's key and a digest of its request. A repeated pair gets the first answer again; the same key with another
 * digest is refused.
 */
export const idempotency = z.object({
  key: idempotencyKey,
  request_digest: z.string().length(64),
});
export type Idempotency = z.infer<typeof idempotency>;
