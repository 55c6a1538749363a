import { z } from 'zod';
import { errorReply } from './problem.ts';

/**
 * A request/reply message between services: its NATS subject and the schemas of both ways. The handler and every
 * caller take their types and their validation from the same object.
 */
export interface Command<I extends z.ZodType = z.ZodType, O extends z.ZodType = z.ZodType> {
  subject: string;
  input: I;
  output: O;
  /** Of service time; after it the caller answers `unavailable`, not knowing the outcome. */
  timeoutMs: number;
}

export type CommandInput<C extends Command> = z.input<C['input']>;
export type CommandOutput<C extends Command> = z.output<C['output']>;

/**
 * How long a command waits for its reply before the caller gets `unavailable`. Long enough for the first seconds of
 * a Postgres failover, short enough for a phone.
 */
const DEFAULT_COMMAND_TIMEOUT_MS = 5_000;

export function defineCommand<I extends z.ZodType, O extends z.ZodType>(
  subject: string,
  input: I,
  output: O,
  timeoutMs = DEFAULT_COMMAND_TIMEOUT_MS,
): Command<I, O> {
  return { subject, input, output, timeoutMs };
}

/** What travels back: the output, or one of our errors. */
export const commandReply = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), value: z.unknown() }),
  z.object({ ok: z.literal(false), error: errorReply }),
]);
export type CommandReply = z.infer<typeof commandReply>;

/** What callers may give as their key: printable characters, in a header or in a frame. */
export const idempotencyKey = z
  .string()
  .regex(/^[\x21-\x7e]{1,200}$/)
  .meta({ description: 'the same key and request give the first answer again, another request is refused' });

/**
 * The caller's key and a digest of its request: the same pair gives the first answer again, the same key with
 * another digest is refused.
 */
export const idempotency = z.object({
  key: idempotencyKey,
  request_digest: z.string().length(64),
});
export type Idempotency = z.infer<typeof idempotency>;
